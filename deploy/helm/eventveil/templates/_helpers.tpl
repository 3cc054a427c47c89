{{/* Names, labels, and the settings file. */}}

{{- define "eventveil.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "eventveil.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "eventveil.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "eventveil.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "eventveil.selector" -}}
app.kubernetes.io/name: {{ include "eventveil.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: gateway
{{- end -}}

{{- define "eventveil.labels" -}}
{{ include "eventveil.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: eventveil
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "eventveil.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* What the chart mounts, it also names; everything else comes from the values. */}}
{{- define "eventveil.settings" -}}
{{- $listen := dict "host" .Values.listenHost "port" 8080 -}}
{{- if .Values.tls.existingSecret -}}
{{- $_ := set $listen "tls" (dict "cert_file" "/run/eventveil/tls/tls.crt" "key_file" "/run/eventveil/tls/tls.key") -}}
{{- end -}}
{{- $private := dict "host" .Values.listenHost "port" 9090 -}}
{{- if .Values.reloadToken.existingSecret -}}
{{- $_ := set $private "token_file" "/run/eventveil/token/token" -}}
{{- end -}}
{{- $own := dict "listen" $listen "private" $private "keys" (dict "file" "/run/eventveil/key/key") -}}
{{- $_ := set $own "lanes" .Values.lanes -}}
{{- if .Values.policies -}}
{{- $_ := set $own "policies" (dict "search" (list "/etc/eventveil-policies")) -}}
{{- end -}}
{{- if .Values.caBundle.existingConfigMap -}}
{{- $_ := set $own "ca_bundle" "/run/eventveil/ca/ca.crt" -}}
{{- end -}}
{{ toYaml (merge $own (deepCopy .Values.settings)) }}
{{- end -}}

{{/* A pod must live longer than its sleep and its drain, or requests under way are cut. */}}
{{- define "eventveil.grace" -}}
{{- $limits := .Values.settings.limits | default dict -}}
{{- $drain := $limits.drain_timeout_s | default 25 | float64 | ceil | int -}}
{{- $needed := add .Values.preStopSleepSeconds $drain 1 | int -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) $needed -}}
{{- fail (printf "terminationGracePeriodSeconds must be at least %d: preStopSleepSeconds + drain_timeout_s + 1" $needed) -}}
{{- end -}}
{{ int .Values.terminationGracePeriodSeconds }}
{{- end -}}
