from proxy.detect.detector import Detector

DETECTOR = Detector()
