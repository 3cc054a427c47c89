# ruff: noqa: RUF001 - the words of many scripts are the content of this file
"""Words that field names are made of, by entity and in many languages: the data behind `lexicon`.

Written folded: lower case, no accents on Latin letters, words of one term glued (`datedenaissance`). `STRONG` terms
tell wherever they stand in a name, `LAST` terms only at its end or alone, `ALONE` terms only as the whole name.
Sources: CLDR and the vendors' own field names (Segment identify spec, Mixpanel reserved profile properties, GA4,
HubSpot, Salesforce, Stripe), HTML `autocomplete` tokens (WHATWG HTML 4.10.18.7), vCard property names (RFC 6350).
"""

from __future__ import annotations

__all__ = ["ALONE", "LAST", "STRONG"]

STRONG: dict[str, str] = {
    "EMAIL_ADDRESS": (
        "email emails emailaddress mailaddress useremail emailid mailid emailaddr correo correoelectronico "
        "courriel adressemail adresseelectronique adressemel mailadresse emailadresse epost epostadresse "
        "epostadress emailadres sahkoposti sahkopostiosoite adrespoczty adresemail eposta epostaadresi emailcim "
        "mejl posta postaelettronica indirizzoemail enderecodeemail endereçoeletronico メール メールアドレス "
        "邮箱 电子邮件 電子郵件 邮件地址 이메일 메일주소 почта электроннаяпочта емейл имейл "
        "адресэлектроннойпочты електроннапошта بريد بريدالكتروني البريدالالكتروني ایمیل אימייל דואל ईमेल อีเมล "
        "ηλεκτρονικοταχυδρομειο"
    ),
    "PHONE_NUMBER": (
        "phone phones phonenumber phonenumbers telephone telephonenumber mobilephone mobilenumber mobileno "
        "phoneno cellphone telefon telefono telefone telefonnummer telefonnr rufnummer handynummer mobilnummer "
        "mobiltelefon numerodetelephone numerotelephone telefoonnummer numerodetelefono numerotelefono "
        "numerodetelefone puhelin puhelinnumero telefonszam gsm msisdn whatsapp whatsappnumber faxnumber 電話 "
        "電話番号 携帯 携帯番号 电话 手机 手机号 手机号码 手機 전화 전화번호 휴대폰 телефон номертелефона "
        "мобильный هاتف جوال رقمالهاتف تلفن موبایل טלפון נייד फोन फ़ोन मोबाइल โทรศัพท์ τηλεφωνο κινητο phonehome "
        "phonework"
    ),
    "PERSON": (
        "firstname lastname fullname surname givenname familyname middlename maidenname nickname displayname "
        "realname legalname fname lname forename firstnames lastnames patronymic cardholder cardholdername "
        "nameoncard accountholder vorname nachname familienname zuname vollername geburtsname prenom "
        "nomdefamille nomcomplet nomutilisateur apellido apellidos nombrecompleto primernombre segundonombre "
        "nombres cognome nomecompleto nomecognome sobrenome voornaam achternaam tussenvoegsel volledigenaam "
        "fornavn etternavn efternamn fornamn efternavn etunimi sukunimi imie nazwisko jmeno prijmeni keresztnev "
        "vezeteknev teljesnev prenume numedefamilie adsoyad soyad soyadi isim soyisim hoten 氏名 名前 姓名 姓 "
        "名 お名前 フリガナ ふりがな 苗字 真实姓名 用户姓名 昵称 暱稱 이름 성명 성함 имя фамилия отчество фио "
        "полноеимя імя прізвище име презиме اسم الاسم اسمالعائلة اسمكامل لقب نام نامخانوادگی نامکامل שם שםמלא "
        "שםפרטי שםמשפחה नाम पूरानाम उपनाम ชื่อ นามสกุล ονομα επωνυμο ονοματεπωνυμο সম্পূর্ণনাম பெயர் inviter invitee "
        "inviteename assignee"
    ),
    "BIRTH_DATE": (
        "dob birthdate birthday dateofbirth birthdatetime bday birthyear birthmonth yearofbirth monthofbirth "
        "birth geburtsdatum geburtstag geburtsjahr geboortedatum datedenaissance datenaissance naissance "
        "anniversaire fechadenacimiento fechanacimiento nacimiento cumpleanos datadinascita datanascita nascita "
        "datadenascimento datanascimento nascimento fodselsdato fodselsdag fodelsedatum foedselsdato "
        "syntymaaika dataurodzenia datumnarozeni szuletesidatum datanasterii dogumtarihi ngaysinh 生年月日 "
        "誕生日 出生日期 生日 생년월일 생일 датарождения деньрождения датанародження تاريخالميلاد تاریختولد "
        "תאריךלידה जन्मतिथि जन्मदिन วันเกิด ημερομηνιαγεννησης"
    ),
    "IP_ADDRESS": (
        "ipaddress ipaddr ipv4 ipv6 clientip remoteip userip useripaddress remoteaddr remoteaddress "
        "clientaddress xforwardedfor xrealip forwardedfor peeraddress peeraddr peerip cfconnectingip "
        "trueclientip peername sourceip srcip ipadresse adresseip direccionip ipoverride sourceipaddress "
        "ipアドレス ip地址 ipадрес"
    ),
    "CREDIT_CARD": (
        "creditcard creditcardnumber debitcard debitcardnumber cardnumber cardno ccnumber ccnum ccno "
        "kreditkarte kreditkartennummer cartebancaire numerodecarte tarjetadecredito numerodetarjeta "
        "cartadicredito numerocarta cartaodecredito numerodocartao kortnummer creditcardexpirationdate "
        "cardexpiry cardexpiration ccexp ccexpiry expdate cardexp americanexpress mastercard クレジットカード "
        "カード番号 信用卡 信用卡号 카드번호 номеркарты بطاقةائتمان cardlast4 primaryaccountnumber"
    ),
    "IBAN_CODE": "iban ibannumber ibancode internationalbankaccountnumber bban swift swiftcode bic biccode bicswift",
    "US_BANK_NUMBER": (
        "bankaccount bankaccountnumber bankaccountno kontonummer numerodecompte cuentabancaria contobancario "
        "contabancaria 口座番号 银行账号 银行卡号 계좌번호 номерсчета"
    ),
    "ABA_ROUTING_NUMBER": "routingnumber routingtransitnumber abanumber abarouting sortcode bankleitzahl",
    "US_SSN": "ssn ssnlast4 socialsecurity socialsecuritynumber socialsecurityno socialinsurancenumber",
    "US_ITIN": "itin taxpayerid taxpayeridentificationnumber taxid taxidentificationnumber taxnumber fiscalid",
    "US_PASSPORT": (
        "passport passportnumber passportno passportid reisepass reisepassnummer passnummer numerodepasseport "
        "passeport pasaporte numerodepasaporte passaporto passaporte paspoort パスポート 护照 护照号 여권번호 "
        "паспорт جوازسفر"
    ),
    "US_DRIVER_LICENSE": (
        "driverlicense driverslicense drivinglicense driverlicence driverslicence drivinglicence "
        "driverlicensenumber dlnumber fuhrerschein fuhrerscheinnummer permisdeconduire carnetdeconducir patente "
        "cnh"
    ),
    "NATIONAL_ID": (
        "nationalid nationalidentity nationalidnumber nationalinsurancenumber identitydocument documentnumber "
        "idnumber idcard idcardnumber governmentid identitynumber identitycard citizenid personalid "
        "personalausweis ausweisnummer cartedidentite licenseplate licenceplate licplate numberplate plateno "
        "vehicleregistration kennzeichen vin medicalid insuranceid healthinsurancenumber patientid "
        "medicalrecordnumber mrn healthplan insurancenumber policyholder マイナンバー 身份证 身份证号 "
        "身份证号码 주민등록번호 снилс инн رقمالهوية كدملي personnummer cprnummer cpr fodselsnummer hetu "
        "rodnecislo burgerservicenummer bsn kimlikno tckimlik"
    ),
    "UK_NINO": "nino ninumber",
    "UK_NHS": "nhsnumber nhsno",
    "ES_NIF": "nif dni dninif numerodni documentonacionaldeidentidad",
    "ES_NIE": "nie",
    "IT_FISCAL_CODE": "codicefiscale fiscalcode",
    "DE_TAX_ID": "steuerid steueridentifikationsnummer steuernummer idnr",
    "DE_SOCIAL_SECURITY": "sozialversicherungsnummer rentenversicherungsnummer",
    "FR_NIR": "numerodesecuritesociale numerosecuritesociale securitesociale numerosecu",
    "PL_PESEL": "pesel",
    "BR_CPF": "cpf",
    "IN_AADHAAR": "aadhaar aadhar aadhaarnumber",
    "IN_PAN": "pannumber pancard",
    "AU_TFN": "taxfilenumber tfn",
    "AU_MEDICARE": "medicarenumber",
    "CA_SIN": "sinnumber",
    "LOCATION_PRECISE": (
        "latitude longitude latlng latlong lonlat lnglat latlon geohash geopoint geocoordinates gpscoordinates "
        "gps coordinate coordinates geolocation breitengrad langengrad latitud longitud latitudine longitudine "
        "pluscode olc what3words postcode postalcode zipcode zippostal postleitzahl plz codepostal codigopostal "
        "codicepostale cep 郵便番号 邮编 邮政编码 우편번호 почтовыйиндекс индекс الرمزالبريدي postnummer "
        "postinumero kodpocztowy psc iranyitoszam postakodu 緯度 経度 纬度 经度 위도 경도 широта долгота"
    ),
    "POSTAL_ADDRESS": (
        "streetaddress streetname streetnumber addressline addressline1 addressline2 addressline3 address1 "
        "address2 mailingaddress homeaddress billingaddress shippingaddress deliveryaddress postaladdress "
        "physicaladdress residentialaddress street housenumber buildingnumber apartmentnumber strasse "
        "strassenname hausnummer anschrift wohnadresse adresszeile adressepostale ruenumero calle direccion "
        "domicilio indirizzo endereco rua logradouro straatnaam straat huisnummer gateadresse gatuadress "
        "katuosoite ulica adreszamieszkania utca cadde diachi 住所 番地 地址 详细地址 街道 주소 адрес улица "
        "адреса عنوان العنوان آدرس כתובת रहनेकापता पता ที่อยู่ διευθυνση"
    ),
    "LOCATION_COARSE": (
        "city country countrycode destinationcountry origincountry countryname countryiso citytown hometown "
        "municipality province federalstate regioncode regionname subdivision stateprovince stateabbreviation "
        "statecode statename usstate locality county prefecture urbanarea stadt ort wohnort bundesland "
        "landkreis ville pays departement ciudad pais provincia comune citta paese cidade bairro plaats "
        "woonplaats miasto kraj wojewodztwo mesto varos orszag sehir ulke kaupunki stad kommune 国 都道府県 "
        "市区町村 城市 国家 省份 도시 국가 город страна область місто країна مدينة المدينة الدولة بلد شهر کشور "
        "עיר מדינה शहर देश"
    ),
    "USER_ID": (
        "userid uid username userids usernames customerid memberid loginname loginid userhandle twitterscreenname "
        "clientnumber customernumber membernumber employeeid employeenumber personid contactid subscriberid "
        "accountname subjectid studentid ownerid creatorid authorid inviterid inviteeid assigneeid senderid "
        "recipientid reviewerid managerid sellerid buyerid driverid guestid leadid viewerid createdby updatedby "
        "modifiedby invitedby assignedto externalid distinctid userhash userguid useruuid puid cuid "
        "kundennummer benutzername benutzerid identifiant nomdutilisateur nombredeusuario nombreusuario "
        "idusuario nomeutente idutente nomedeusuario gebruikersnaam kayttajatunnus brukernavn anvandarnamn "
        "uzytkownik ユーザー名 ユーザーid 用户名 用户id 用户编号 会员号 사용자 아이디 имяпользователя логин "
        "اسمالمستخدم نامکاربری שםמשתמש twitterhandle instagramhandle linkedinid facebookid googleid appleid "
        "telegramid slackid discordid wechatid openid unionid"
    ),
    "DEVICE_ID": (
        "deviceid anonymousid anonid idfa idfv gaid aaid androidid advertisingid adid imei imsi iccid meid "
        "macaddress devicemac mac udid deviceuuid devicename servername installid installationid instanceid "
        "visitorid browserid fingerprint machineid hardwareid serialnumber clientid sessionid gclid fbclid "
        "msclkid ttclid twclid dclid wbraid gbraid fbp fbc devicetoken pushtoken fcmtoken apnstoken "
        "internationalmobileequipmentidentity deviceserial ja3digest ja4digest oaid"
    ),
    "ORG_ID": (
        "orgid organizationid organisationid companyid accountid tenantid tenant workspaceid workspace teamid "
        "groupid businessid customeraccountid merchantid storeid shopid partnerid vendorid schoolid"
    ),
    "ORGANIZATION": (
        "companyname organizationname organisationname orgname businessname employer employername tenantname "
        "workspacename schoolname doingbusinessas dba firma firmenname unternehmen entreprise raisonsociale "
        "societe empresa razonsocial nombreempresa azienda ragionesociale nomeazienda nomeempresa bedrijf "
        "bedrijfsnaam foretag yritys spolka sirket 会社 会社名 公司 公司名称 회사 회사명 компания организация "
        "شركة الشركة شرکت חברה कंपनी merchantname accountcompany"
    ),
    "URL": (
        "url urls uri href referrer referer website homepage webpage landingpage pageurl currenturl avatar "
        "avatarurl photourl pictureurl imageurl profilepicture profilephoto profileurl linkurl pagelocation "
        "documentlocation pathname urlpath requesturi fragment filepath navigationorigin navigationfrom "
        "navigationto routeid リンク 網址 网址 сайт ссылка"
    ),
    "USER_AGENT": "useragent httpuseragent rawuseragent useragentoriginal browseragent",
    "SECRET": (
        "password passwd passwort kennwort motdepasse contrasena senha wachtwoord haslo losenord salasana sifre "
        "parola heslo jelszo пароль パスワード 密码 密碼 비밀번호 كلمةالمرور رمزعبور סיסמה पासवर्ड รหัสผ่าน "
        "passphrase passcode pwd pswd secret secrets clientsecret apikey apisecret appkey appsecret accesskey "
        "secretkey privatekey encryptionkey signingkey accesstoken refreshtoken authtoken bearertoken idtoken "
        "sessiontoken csrftoken csrf xsrf xsrftoken jwt otp otpcode totp mfacode verificationcode onetimecode "
        "resettoken resetpasswordtoken unlocktoken magiclink invitetoken authorization proxyauthorization "
        "credential credentials setcookie phpsessid connectsid aiohttpsession jsessionid usersession "
        "sessioncookie cvv cvc cvv2 cvc2 cardverification securitycode pincode securityanswer securityquestion "
        "privatetoken sshkey mysqlpwd connectionstring dsnpassword webhooksecret keypassword keystorepassword "
        "auth xapikey ticketgrantingticket pat"
    ),
    "NRP": (
        "gender sex sexuality sexualorientation pronouns religion religiousaffiliation ethnicity ethnicgroup "
        "race nationality citizenship maritalstatus politicalparty politicalaffiliation politicalviews "
        "unionmembership disability healthcondition medicalcondition diagnosis bloodtype occupation profession "
        "vocation geschlecht staatsangehorigkeit familienstand beruf sexe nationalite religione genero "
        "nacionalidad estadocivil sesso nazionalita nacionalidade geslacht kon kjonn plec cinsiyet 性別 性别 "
        "国籍 宗教 성별 국적 пол национальность гражданство جنس الجنس جنسية לאום מגדר लिंग धर्म"
    ),
}
"""Terms that tell in any place of a name, if no word of `VETO_FIRST` or `VETO_LAST` turns them around."""

LAST: dict[str, str] = {
    "EMAIL_ADDRESS": "mail mails receiptto",
    "PHONE_NUMBER": "tel fax mob handy msisdn",
    "IP_ADDRESS": "ip cip",
    "PERSON": "holder owner owners buyer attendee recipientname",
    "BIRTH_DATE": "born",
    "LOCATION_PRECISE": "zip lat lon lng",
    "LOCATION_COARSE": "region town stateregion",
    "USER_ID": "handle userkey",
    "SECRET": "token pin sid",
    "DEVICE_ID": "ifa",
    "URL": "link uri page photo picture path",
    "CREDIT_CARD": "pan visa",
}
"""Terms that tell at the end of a name: `account_owner`, `guest_lat`; `owner_type` and `link_color` are not."""

ALONE: dict[str, str] = {
    "PERSON": (
        "shareholder artistname contact contacts customer customers subscriber invitees attendees admins "
        "members holder author nom nombre nome naam navn nazwa emri ad nev customername"
    ),
    "USER_ID": "user users login alias",
    "BIRTH_DATE": "age alter edad idade eta leeftijd idad wiek yas 年齢 年龄 나이 возраст العمر عمر",
    "ORGANIZATION": (
        "company organization organisation business client org tenantname merchant brandowner companies employers"
    ),
    "POSTAL_ADDRESS": (
        "address addresses adresse adresa adres osoite home work place spot venue facility alley avenue road "
        "lane drive building house apartment apt suite flat line1 line2 line3"
    ),
    "LOCATION_PRECISE": "location long geo point",
    "LOCATION_COARSE": "area land",
    "URL": "dl dr",
    "NRP": "career employment condition job jobtitle",
    "CREDIT_CARD": "expiration expirationdate expires visa card",
    "EMAIL_ADDRESS": "tocontact",
    "PHONE_NUMBER": "mobile cell",
    "SECRET": "pass symfony cookie cookies",
    "DEVICE_ID": "session",
}
"""Terms that tell only as the whole name (a leading `user`, `billing` … may stand before them)."""
