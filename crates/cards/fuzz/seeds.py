#!/usr/bin/env python3
"""Writes the seeds of fixtures/fuzz/{atr,tlv,cps,vitale,groups,apdu}: published bytes (reference cards), the invented world,
and the classes of the CVE list (reference telecom-reliability, 4.3). Found inputs beside them are left alone."""
import base64, os, re
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../..')
OUT = os.path.join(ROOT, 'fixtures/fuzz')
h = lambda s: bytes.fromhex(s.replace(' ', '').replace('\n', ''))
made = {}
def seed(target, name, data):
    assert data and (target, name) not in made, name
    made[target, name] = data
def card(name):
    text = open(f'{ROOT}/fixtures/cards/{name}.toml', encoding='utf-8').read()
    return lambda key: base64.b64decode(re.search(rf'^{key} = "([^"]*)"', text, re.M).group(1))
def tlv(tag, value):
    t = h(tag); n = len(value)
    l = bytes([n]) if n < 128 else bytes([0x81, n]) if n < 256 else bytes([0x82]) + n.to_bytes(2, 'big')
    return t + l + value
def length(n):
    return bytes([n]) if n < 128 else bytes([0x81, n]) if n < 256 else bytes([0x82]) + n.to_bytes(2, 'big')
def group(num, *fields):
    body = b''.join(length(len(f)) + f for f in (x.encode('latin-1') if isinstance(x, str) else x for x in fields))
    return num.to_bytes(2, 'big') + length(len(body)) + body
def sim(zone): return tlv('DF53', b'LIASSE-SIM1' + zone)

# ---- atr: every published one, and what is none
ATRS = {
 'cps3': '3B AC 00 40 2A 00 12 25 00 64 80 00 03 10 00 90 00',
 'cps3-other-series': '3B AC 00 40 2A 00 12 25 00 64 80 82 02 12 00 90 00',
 'cps3-contactless': '3B 8F 80 01 00 31 B8 64 04 B0 EC C1 73 94 01 80 82 90 00 0E',
 'cps4': '3B 9B 18 80 01 00 12 25 00 64 80 04 01 00 00 90 44',
 'cps4-rc': '3B 9B 18 80 01 00 12 25 00 64 80 00 04 01 00 90 44',
 'cps4-t0-only': '3B DC 18 FF 00 00 12 25 00 64 80 00 04 01 00 90 00',
 'vitale2': '3B 75 13 00 00 47 09 EA 90 00',
 'vitale1': '3F 65 25 00 22 09 F9 90 00',
 'vitale1-other': '3F 65 25 00 52 09 6A 90 00',
 'vitale1-a4': '3F 65 25 00 A4 09 6A 90 00',
 'other-ias-ecc-gemalto': '3B 7F 96 00 00 00 31 B8 64 40 70 14 10 73 94 01 80 82 90 00',
 'bank-card': '3B 65 00 00 20 63 CB 68 00',
}
for n, a in ATRS.items(): seed('atr', n, h(a))
seed('atr', 'short-one-byte', b'\x3B')
seed('atr', 'short-cps3-cut-in-its-marker', h(ATRS['cps3'])[:9])
seed('atr', 'short-vitale2-cut', h(ATRS['vitale2'])[:9])
seed('atr', 'lying-announces-fifteen-historical-bytes', h('3B FF FF FF FF FF'))
seed('atr', 'endless-td-chain', b'\x3B' + b'\x80' * 32)
seed('atr', 'long-cps3-behind-the-end', h(ATRS['cps3']) + b'A' * 300)
seed('atr', 'marker-alone', h('00 12 25 00 64 80'))
seed('atr', 'inverse-convention-only', b'\x3F')

# ---- tlv: published objects and lengths that lie
EF_ATR = h('80 43 01 B8 46 04 04 B0 EC C1 47 03 94 01 80 4F 08 80 25 00 00 01 FF 01 00 E0 10 02 02 01 04 02 02 01 04 02 02 01 00 02 02 01 00 78 08 06 06 2B 81 22 F8 78 02 82 02 90 00')
FCP = h('62 25 80 02 00 39 82 01 01 83 02 2F 01 88 01 E8 A1 12 8C 07 7B 45 FF FF FF 45 00 9C 07 7B FF FF FF FF FF 00 8A 01 05')
MF = h('62 1E 82 01 38 83 02 3F 00 84 08 80 25 00 00 01 FF 01 00 A1 08 8C 06 7A FF FF FF FF 45 8A 01 05')
PIN = h('70 16 BF 81 01 12 A0 10 9A 01 03 9B 01 03 A1 08 8C 06 F3 00 00 13 FF 00')
PRKDF = h('3059302a0c0c4350535f505249565f415554030205e0040101301330070302000104010130080303060040040101301f040ee828bd080f8025000001ff001002030205600101ff030204b002020082a10a30083002040002020800')
SN = h('5A 0A 80 25 00 00 01 99 21 38 45 0F')
AID = {n: h(a) for n, a in {'cps': '80250000 01FF0100', 'ias': 'E828BD080F8025000001FF0010', 'cl': 'E828BD080F8025000001FF0020'}.items()}
DIR = b''.join(tlv('61', tlv('4F', a) + tlv('50', l) + tlv('51', bytes([0x3F, 0, 0, n])) + tlv('73', tlv('4F', AID['ias'])))
               for a, l, n in [(AID['cl'], b'CPX IAS CL', 2), (AID['ias'], b'CPX IAS', 1)])
assert len(EF_ATR) == 57 and len(PRKDF) == 91 and len(DIR) == 101
seed('tlv', 'published-ef-atr', EF_ATR)
seed('tlv', 'published-fcp-of-ef-atr', FCP)
seed('tlv', 'published-fcp-of-the-master-file', MF)
seed('tlv', 'published-pin-status', PIN)
seed('tlv', 'published-private-key-record', PRKDF)
seed('tlv', 'published-serial-number', SN)
seed('tlv', 'ef-dir-of-a-cps', DIR)
seed('tlv', 'sagem-fcp-wrapped-in-6f', h('6F 08 62 06 80 02 00 7D 82 00'))
seed('tlv', 'tag-of-four-bytes', h('BF 81 81 01 01 00'))
seed('tlv', 'tag-cut', h('BF 81'))
seed('tlv', 'length-indefinite', h('30 80 04 01 00 00 00'))
seed('tlv', 'length-lies-four-gigabytes', h('30 84 FF FF FF FF 00'))
seed('tlv', 'length-lies-sixteen-megabytes', h('30 83 FF FF FF 00'))
seed('tlv', 'length-longer-than-needed', h('5A 82 00 01 07'))
seed('tlv', 'length-cut-in-its-bytes', h('30 82 01'))
seed('tlv', 'value-cut-by-one', SN[:-1])
seed('tlv', 'padding-of-zeros-and-ff', b'\x00' * 7 + SN + b'\xFF' * 40 + h('5B 00'))
seed('tlv', 'padding-alone', b'\x00\xFF' * 20)
nested = b''
for _ in range(40): nested = tlv('30', nested)
seed('tlv', 'forty-levels-deep', nested)
seed('tlv', 'many-empty-objects', h('30 00') * 120)

# ---- cps: files of a card
def entry(name, content=None, control=None):
    n = h(name)
    if content is None: return n + b'\xFF\xFF'
    if control is None: return n + len(content).to_bytes(2, 'big') + content
    body = bytes([len(control)]) + control + content
    return n + (0x8000 | len(body)).to_bytes(2, 'big') + body
gris = card('cps-gris')
SIG, AUT = gris('signature_certificate'), gris('authentication_certificate')
def cdf_record(label, number, path):
    return tlv('30', tlv('30', tlv('0C', label)) + tlv('30', tlv('04', AID['ias'] + bytes([number])))
               + tlv('A1', tlv('30', tlv('30', tlv('04', h(path))))))
ODF = tlv('A4', tlv('30', tlv('04', h('7005')))) + tlv('A0', tlv('30', tlv('04', h('7002'))))
CDF = cdf_record(b"Certificat d'Authentification CPS", 2, '3F000001B002') + cdf_record(b'Certificat de Signature CPS', 1, '3F000001B001')
TOKEN = tlv('30', tlv('02', b'\0') + tlv('04', h('00000101')) + tlv('0C', b'ASIP SANTE') + tlv('80', b'CPS3v3-0000000101')
            + tlv('03', h('0560')) + tlv('A5', tlv('18', b'20100316110000Z')))
HOLDER = group(1, '80', '8', '9990010101', '7', '22', 'GRIS', 'ANNE')
def situation(n, *, fse='1', lot='1', locum=('', ''), mode='0', billing='99101011', key='7'):
    return group(2, str(n), mode, '1', '31', '4', '99900101017001', '8', 'CABINET GRIS', billing, key, *locum, '1', '01', '20', '01', '00', '00', '00', fse, lot)
# The public fictive professional of reference cards 1.8.
PUBLIC = group(2, '1', '0', '1', '31', '4', '99900065279005', '0', 'CABINET GRIS', '99112976', '8', '', '', '3', '07', '30', '01', '0', '0', '0', '1', '1')
PUK = h('70 18 BF 81 02 14 A0 12 9A 01 0A 9B 01 0A 9D 02 00 64 A1 06 8C 04 F3 00 13 00')
ACTUA = tlv('EC', tlv('81', h('20250316110000')) + tlv('82', h('20250316110500')))
ACTIVITY = tlv('EE', tlv('84', b'CENTRE DE SANT\xC9') + tlv('85', b'999000652790050') + tlv('86', b'SA07'))
def serial(digits): return h('5A 0A 80 25 00 00 01') + h(digits) + b'\x0F'
def files(**change):
    base = {'D003': serial('00000101'), '2F00': DIR, '2F01': EF_ATR, '5031': ODF, '5032': TOKEN, '7005': CDF, '7002': PRKDF,
            'B001': SIG, 'B002': AUT, 'D153': sim(HOLDER) + b'\0' * 32, 'CB01': PIN, '4000': sim(situation(1)) + b'\0' * 32,
            'CB02': PUK, 'D010': ACTUA, 'D107': b'\0' * 64, 'D120': ACTIVITY, 'D12F': ACTIVITY}
    base.update({k.lstrip('_'): v for k, v in change.items()})
    out = b''
    for k, v in base.items():
        if v is False: continue
        out += entry(k, *v) if isinstance(v, tuple) else entry(k, v)
    return out
small = dict(B001=False, B002=False)
seed('cps', 'good-gris', files())
seed('cps', 'good-holder-from-the-certificate', files(D153=False))
holes = b''.join(situation(n, fse='1' if n != 4 else '0') for n in (1, 2, 4, 9, 16))
seed('cps', 'situations-five-with-holes', files(_4000=sim(holes)))
seed('cps', 'situations-of-a-real-card-not-ours', files(_4000=h('30 10 ') + b'\x11' * 64))
seed('cps', 'situations-longer-than-announced', files(_4000=(sim(situation(1)), h('85 05 FF FF 40 00 04'))))
seed('cps', 'situations-control-cut', files(_4000=(sim(situation(1)), h('85 05'))))
seed('cps', 'situations-protected', files(_4000=None))
seed('cps', 'situation-public-example', files(_4000=sim(PUBLIC)))
seed('cps', 'good-by-short-identifiers', files(_009C=serial('00000101'), _5032=(TOKEN, h('62 07 80 02') + len(TOKEN).to_bytes(2, 'big') + h('88 01 90')), _0092=TOKEN))
seed('cps', 'token-info-without-a-date', files(_5032=tlv('30', tlv('02', b'\0'))))
seed('cps', 'activities-sixteen-one-cut', files(**{f'_D12{n:X}': ACTIVITY for n in range(15)}, _D12F=ACTIVITY[:9]))
seed('cps', 'activities-protected', files(D120=None))
seed('cps', 'puk-state-empty', files(CB02=h('70 00')))
# The rest never comes to the situations, or does without the certificates: small.
seed('cps', 'serial-longer-than-its-card-number', files(D003=tlv('5A', h('8025000001') + b'\x12' * 120), **small))
seed('cps', 'serial-short', files(D003=h('5A 03 80 25 00'), **small))
seed('cps', 'serial-length-lies', files(D003=h('5A 7F 80 25 00 00 01 00 00 01 01 0F'), **small))
seed('cps', 'serial-empty', files(D003=h('5A 00'), **small))
seed('cps', 'serial-fcp-lies-65535', files(D003=(serial('00000101'), h('62 04 80 02 FF FF')), **small))
seed('cps', 'serial-fcp-lies-zero', files(D003=(serial('00000101'), h('62 04 80 02 00 00')), **small))
seed('cps', 'serial-protected', files(D003=None, **small))
seed('cps', 'odf-empty', files(_5031=b'\0', **small))
seed('cps', 'odf-path-of-sixteen-bytes', files(_5031=tlv('A4', tlv('30', tlv('04', b'\x3F\x00' * 8))), **small))
seed('cps', 'odf-points-to-itself', files(_5031=tlv('A4', tlv('30', tlv('04', h('5031')))), **small))
seed('cps', 'cdf-empty', files(_7005=b'\0', **small))
seed('cps', 'cdf-of-private-keys', files(_7005=PRKDF, **small))
seed('cps', 'cdf-forty-records', files(_7005=cdf_record(b'x', 3, '3F000001B003') * 40, **small))
seed('cps', 'certificate-truncated', files(B001=SIG[:200], B002=False))
seed('cps', 'certificate-length-lies-65535', files(B001=h('30 82 FF FF') + b'\x30' * 300, B002=False))
seed('cps', 'certificate-indefinite', files(B001=h('30 80') + b'\x30' * 40, B002=False))
seed('cps', 'certificate-empty', files(B001=b'\0', B002=False))
TINY = tlv('30', tlv('30', tlv('02', b'\1')) + tlv('30', b'') + tlv('03', b'\0'))
tiny = dict(B001=TINY, B002=TINY)
seed('cps', 'pin-status-empty', files(CB01=h('70 07 BF 81 01 03 A0 01 9B'), **tiny))
seed('cps', 'pin-status-no-tries', files(CB01=h('70 08 BF 81 01 04 A0 02 9B 00'), **tiny))
seed('cps', 'pin-status-none-left', files(CB01=PIN[:13] + b'\0' + PIN[14:], **tiny))
seed('cps', 'pin-status-of-two-bytes', files(CB01=h('70 0A BF 81 01 06 A0 04 9B 02 FF FF'), **tiny))
seed('cps', 'signature-of-one-byte', files(_2A9E=b'\1', **tiny))
seed('cps', 'signature-refused', files(_2A9E=None, **tiny))
seed('cps', 'holder-of-the-wrong-group', files(D153=sim(situation(1)), **tiny))
seed('cps', 'holder-without-a-group', files(D153=sim(b''), **tiny))
seed('cps', 'holder-length-lies', files(D153=h('DF 53 82 7F FF') + b'LIASSE-SIM1', **tiny))

# ---- vitale
def name(family, given, birth): return tlv('65', tlv('80', family.encode('latin-1')) + tlv('81', given.encode('latin-1')) + tlv('82', birth.encode()))
def number(nir): return tlv('65', tlv('90', b'FR') + tlv('93', nir.encode()))
V_AID, SIM_AID = h('D2500000025649 54414C45'), b'\xF0LIASSESIM\x01'
def pointers(rows, aid=V_AID):
    return tlv('E0', tlv('A0', tlv('82', h('00010000') + aid)) + b''.join(tlv('80', n + h('0001') + f) for n, f in rows))
ROWS = [(b'DROITS  ', h('2010')), (b'ALD     ', h('2011')), (b'AMC     ', h('2012'))]
durand = card('vitale-durand')
INSURED = group(101, 'T', '90000201', '204912310000', '0', '', '', 'A', '2850499999901', '85', '01', '751', '0100', '10', '')
def person(family, given, birth, *, own=('', ''), rank='1', quality='0', birth_name='', service='00', period=('', '')):
    return group(104, family, birth_name, given, '', '', '', '', '', *own, '', birth + '0000', rank, quality, service, *period, '')
RIGHTS = group(105, '202001010000', '')
COVER = group(106, '', '', '0', '0100')
AMC = group(109, '99999997', '', 'SIM99904', '62', '202511010000', '202610310000', '', '', '', '', '', '')
FAMILY = INSURED + person('DURAND', 'MARIE', '19850417', own=('2850499999901', '85'), birth_name='LEFÈVRE') + RIGHTS + COVER \
       + person('DURAND', 'LÉO', '20210512', own=('1210599999902', '85'), quality='6') + RIGHTS + COVER
NAMES = name('DURAND', 'MARIE', '19850417') + name('DURAND', 'LÉO', '20210512')
NUMBERS = number('285049999990185') + number('121059999990285')
def vitale(**change):
    base = {'0082': NAMES + b'\0' * 48, '4582': NUMBERS + b'\0' * 48, '2001': pointers(ROWS) + b'\0' * 48,
            '2010': None, '2011': None, '2012': None, '0001': sim(FAMILY) + b'\0' * 48, '0002': durand('certificate')}
    base.update({k.lstrip('_'): v for k, v in change.items()})
    return b''.join(entry(k, *v) if isinstance(v, tuple) else entry(k, v) for k, v in base.items() if v is not False)
bare = dict(_0001=False, _0002=False, AD01=None)   # no application of ours: a real card
seed('vitale', 'good-durand', vitale())
seed('vitale', 'good-real-card', vitale(**bare))
seed('vitale', 'nineteen-beneficiaries', vitale(_0082=b''.join(name('DURAND', f'ENFANT{n}', f'2010{n%12+1:02}01') for n in range(19)), _4582=b''.join(number('285049999990185') for _ in range(19)), **bare))
seed('vitale', 'forty-beneficiaries', vitale(_0082=name('A', 'B', '20100101') * 40, **bare))
seed('vitale', 'twins-and-month-19-20-00-99', vitale(_0082=name('DURAND', 'ZOÉ', '20191901') + name('DURAND', 'NOÉ', '20191901') + name('DURAND', 'EVE', '19512000') + name('DURAND', 'IDA', '19500001') + name('DURAND', 'LOU', '19489901'), **bare))
seed('vitale', 'nir-2a-and-2b-and-provisional', vitale(_4582=number('185042A99999999') + number('185042B99999999') + number('785049999990199'), **bare))
seed('vitale', 'nir-published-example', vitale(_4582=number('250196264300268') + b'\0' * 30, **bare))
seed('vitale', 'nir-key-wrong', vitale(_4582=number('285049999990184'), **bare))
seed('vitale', 'nir-short', vitale(_4582=number('2850499'), **bare))
seed('vitale', 'nir-not-ascii', vitale(_4582=tlv('65', tlv('93', b'2850499999901\xE9\xE9')), **bare))
seed('vitale', 'names-padded-with-spaces-and-zeros', vitale(_0082=name('GÉRARD  \0\0', 'ÉLÉONORE   ', '19850502') + b'\0' * 200, **bare))
seed('vitale', 'names-without-birth-date', vitale(_0082=tlv('65', tlv('80', b'SANS DATE')), **bare))
seed('vitale', 'names-cut-in-the-second', vitale(_0082=NAMES[:-9], **bare))
seed('vitale', 'names-longer-than-256', vitale(_0082=name('D' * 120, 'M' * 120, '19850417') * 3, **bare))
seed('vitale', 'names-absent', vitale(_0082=False, **bare))
seed('vitale', 'numbers-protected', vitale(_4582=None, **bare))
seed('vitale', 'pointers-aid-too-long', vitale(_2001=pointers(ROWS, V_AID * 3), **bare))
seed('vitale', 'pointers-name-with-control-bytes', vitale(_2001=pointers([(b'\x1b[31m\x07\0\xff', h('2010'))]), **bare))
seed('vitale', 'pointers-sixty-files', vitale(_2001=pointers([(b'FICHIER ', bytes([0x20, n])) for n in range(60)]), **bare))
seed('vitale', 'pointers-length-lies', vitale(_2001=(h('E0 82 7F FF A0 7F') + b'\x82' * 20, h('6F 06 62 04 80 02 FF FF')), **bare))
seed('vitale', 'pointers-to-itself', vitale(_2001=pointers([(b'POINTERS', h('2001'))]), **bare))
seed('vitale', 'content-without-mark', vitale(_0001=b'\xDF\x53\x0BLIASSE-SIM2', _0002=False))
seed('vitale', 'content-without-beneficiary', vitale(_0001=sim(INSURED), _0002=False))
seed('vitale', 'content-key-wrong', vitale(_0001=sim(FAMILY.replace(b'\x0285\x0201', b'\x0284\x0201')), _0002=False))
seed('vitale', 'content-absent', vitale(_0001=False, _0002=False))
seed('vitale', 'certificate-truncated', vitale(_0002=durand('certificate')[:100]))
seed('vitale', 'signature-of-255-bytes', vitale(_2A9E=b'\x5A' * 255, _0002=False))

# ---- groups
HEAD = h('00 65 3F 01 54 08') + b'58666417' + b'\x0C201512310000' + b'\x010' + b'\0\0' + b'\x01A' + b'\x0D2501962643002' + b'\x0268' + b'\x0201' + b'\x03349' + b'\x049881' + b'\x0210' + b'\0'
assert HEAD[2] == len(HEAD) - 3
seed('groups', 'published-head-of-101', HEAD)
seed('groups', 'published-professional', group(1, '80', '8', '9990006527', '9', '22', 'GRIS', 'ANNE') + PUBLIC)
seed('groups', 'good-family', FAMILY)
everything = INSURED + group(102, '01', '202001010000', '') + group(103, '', 'A', '1', '017510000', '12345678', '', '') \
  + person('MARTIN', 'BERNARD', '19581103', own=('1581199999903', '00')) + RIGHTS + RIGHTS + COVER + group(106, '202203010000', '', '1', '0100') \
  + group(107, '99999997', 'OOOOOONN', '62', '', '', 'M') + group(108, '202511010000', '202610310000') + AMC + group(111, 'X') \
  + person('MARTIN', 'ZOÉ', '19421901', rank='2', quality='6') + group(105, '', '000000000000')
seed('groups', 'every-group-101-to-111', everything)
seed('groups', 'birth-months-19-20-00-99', INSURED + b''.join(person('MARTIN', 'X', d) for d in ('19421901', '19511920', '19500001', '19489931')))
seed('groups', 'corsican-and-provisional-nir', INSURED.replace(b'2850499999901', b'185042A999999') + person('A', 'B', '19850401', own=('185042B999999', '18')))
seed('groups', 'situation-of-a-locum', situation(1, mode='4', billing='99112976', key='8', locum=('99078105', '6')))
seed('groups', 'situation-number-of-three-digits', situation(999))
seed('groups', 'situation-short-of-fields', PUBLIC[:2] + b'\x03' + PUBLIC[3:6])
seed('groups', 'holder-student', group(1, '81', '', '', '', '31', 'JAUNE', 'PAUL'))
seed('groups', 'holder-card-type-unknown', group(1, '89', '8', '9990006527', '9', '22', 'A', 'B'))
seed('groups', 'beneficiary-before-the-insured', person('A', 'B', '19850401') + INSURED)
seed('groups', 'rights-before-a-beneficiary', INSURED + RIGHTS)
seed('groups', 'date-that-is-none', INSURED.replace(b'204912310000', b'204902310000') + person('A', 'B', '19850401'))
seed('groups', 'year-zero', INSURED.replace(b'204912310000', b'000001010000') + person('A', 'B', '19850401'))
seed('groups', 'nir-key-of-three-digits', group(101, 'T', '1', '', '0', '', '', 'A', '2850499999901', '255', '01', '751', '0100', '10', '') + person('A', 'B', '19850401'))
seed('groups', 'length-longer-than-needed', h('01 02 82 00 02 01 5A'))
seed('groups', 'length-lies-four-gigabytes', h('00 65 84 FF FF FF FF'))
seed('groups', 'length-in-a-form-that-is-none', h('00 65 80'))
seed('groups', 'field-lies-inside-its-group', h('00 65 03 7F 41 41'))
seed('groups', 'cut-by-one', HEAD[:-1])
seed('groups', 'three-hundred-empty-fields', h('00 65 82 01 2C') + b'\0' * 300)
seed('groups', 'hundred-empty-groups', h('00 65 00') * 100)

# ---- apdu: flags, then answers
def script(flags, *answers):
    out = bytes([flags])
    for a in answers:
        if isinstance(a, int): out += (0xFF00 | a).to_bytes(2, 'big')
        else: out += len(a).to_bytes(2, 'big') + a
    return out
VITALE, T1, CPS4, FOREVER = 1, 2, 4, 8
OK = h('9000')
seed('apdu', 'cps-endless-61', script(FOREVER, h('6100')))
seed('apdu', 'cps-endless-full-answers', script(FOREVER, b'\x55' * 256 + h('6100')))
seed('apdu', 'cps-endless-6c', script(FOREVER, h('6C03')))
seed('apdu', 'cps-endless-9000', script(FOREVER, OK))
seed('apdu', 'cps-no-status-word', script(FOREVER, b'\x90'))
seed('apdu', 'cps-empty-answer', script(FOREVER, b''))
seed('apdu', 'cps-answer-of-400-bytes', script(FOREVER, b'\x41' * 400))
seed('apdu', 'cps-card-of-another-issuer', script(0, h('6A82')))
seed('apdu', 'cps-pulled-at-once', script(0, 0))
seed('apdu', 'cps-reset-by-another-program', script(0, OK, 1))
seed('apdu', 'cps4-endless-9000', script(CPS4 | FOREVER, OK))
seed('apdu', 'cps4-wrong-channel', script(CPS4 | FOREVER, h('6881')))
seed('apdu', 'vitale-endless-61', script(VITALE | FOREVER, h('6100')))
seed('apdu', 'vitale-endless-full-answers', script(VITALE | T1 | FOREVER, b'\x65\x00' * 128 + OK))
seed('apdu', 'vitale-endless-9000', script(VITALE | FOREVER, OK))
seed('apdu', 'vitale-mute', script(VITALE, 5))
seed('apdu', 'vitale-held-by-another-program', script(VITALE, 2))
seed('apdu', 'vitale-error-of-the-reader', script(VITALE, OK, 4, 0x2F))
# OpenSC issues 2223 and 2275: answers of a real CPS3, in the order we ask, T=0.
FCP_SN = h('62 25 80 02 00 0C 82 01 01 83 02 D0 03 88 01 E0 A1 12 8C 07 7B FF FF FF FF FF 00 9C 07 7B FF FF FF FF FF 00 8A 01 05')
seed('apdu', 'cps-published-serial-number-t0', script(0, OK, h('6127'), FCP_SN + OK, SN + OK))

def whole_card(t1):
    """Answers that belong to selections and readings of every file, codes and a signature; in which order they are asked for
    changes, and the fuzzer changes it anyway. The test `fuzz_corpus` records today's dialogue itself."""
    answers = [SN[:7] + h('00000101 0F') + OK]
    data = lambda d: answers.append(d + OK) if t1 else answers.extend([h('61') + bytes([len(d) % 256]), d + OK])
    for content in (ODF, CDF, SIG, AUT, TOKEN, sim(HOLDER), sim(situation(1))):
        data(h('62 04 80 02') + len(content).to_bytes(2, 'big'))
        answers.extend(content[at:at + 0xE7] + OK for at in range(0, len(content), 0xE7))
    data(PIN)
    return answers + [OK, OK, OK, b'\x5A' * 256 + OK]
seed('apdu', 'cps-answers-of-a-whole-card-t1', script(T1, *whole_card(True)))
seed('apdu', 'cps-answers-of-a-whole-card-t0', script(0, *whole_card(False)))

total = 0
for t in ('atr', 'tlv', 'cps', 'vitale', 'groups', 'apdu'): os.makedirs(f'{OUT}/{t}', exist_ok=True)
for (t, n), data in sorted(made.items()):
    assert re.fullmatch('[a-z0-9-]+', n), n
    open(f'{OUT}/{t}/{n}', 'wb').write(data); total += len(data)
print(len(made), 'seeds', total, 'bytes')
