//! From the answer to reset to the kind of card.
//! Not a proof: a card is what it does afterwards. Source: ANS Cryptolib and OpenSC for CPx, the published
//! smartcard list for Vitale (reference cards, 1.2 and 2.1).

use liasse_domain::CardKind;

/// Historical bytes that every contact card of the CPS family carries.
const CPX_MARKER: [u8; 6] = [0x00, 0x12, 0x25, 0x00, 0x64, 0x80];

/// What a telephone with a simulated appli carte Vitale answers on a contactless reader: the frame of PC/SC, part 3, with `LIASSEAPCV`
/// as its historical bytes. Ours: a real telephone's answer says nothing of the application.
pub const SIM_APCV: [u8; 15] =
    [0x3B, 0x8A, 0x80, 0x01, b'L', b'I', b'A', b'S', b'S', b'E', b'A', b'P', b'C', b'V', 0x0E];

/// What the ATR says a card is. Staff cards share the ATR of the CPS: what they are is read in the card.
pub fn identify(atr: &[u8]) -> CardKind {
    if is_vitale2(atr) {
        CardKind::Vitale2
    } else if is_vitale1(atr) {
        CardKind::Vitale1
    } else if atr.windows(CPX_MARKER.len()).any(|window| window == CPX_MARKER) {
        // The third generation answers 3B AC, whatever its series; the fourth 3B 9B or 3B DC.
        match atr {
            [0x3B, 0xAC, ..] => CardKind::Cps3,
            [0x3B, 0x9B | 0xDC, 0x18, ..] => CardKind::Cps4,
            _ => CardKind::Unknown,
        }
    } else if is_cps3_contactless(atr) {
        CardKind::Cps3
    } else if atr == SIM_APCV {
        CardKind::Apcv
    } else {
        CardKind::Unknown
    }
}

fn is_vitale2(atr: &[u8]) -> bool {
    matches!(atr, [0x3B, 0x75, 0x13, 0, 0, 0x43 | 0x44 | 0x45 | 0x47 | 0x48 | 0x49, 0x09, 0xEA, 0x90, 0])
}

fn is_vitale1(atr: &[u8]) -> bool {
    matches!(
        atr,
        [0x3F, 0x65, 0x25, 0, 0x22 | 0x2C, 0x09, 0xF9 | 0x69, 0x90, 0]
            | [0x3F, 0x65, 0x25, 0, 0x52 | 0xA3 | 0xA4, 0x09, 0x6A, 0x90, 0]
    )
}

/// Bytes 8 and 9 and the low six bits of byte 11 vary from card to card.
fn is_cps3_contactless(atr: &[u8]) -> bool {
    matches!(
        atr,
        [0x3B, 0x8F, 0x80, 0x01, 0, 0x31, 0xB8, 0x64, _, _, 0xEC, eleven, 0x73, 0x94, 0x01, 0x80, 0x82, 0x90, 0, 0x0E]
            if eleven & 0xC0 == 0xC0
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hex")).collect()
    }

    #[test]
    fn every_published_atr() {
        for (atr, kind) in [
            ("3B AC 00 40 2A 00 12 25 00 64 80 00 03 10 00 90 00", CardKind::Cps3),
            ("3B AC 00 40 2A 00 12 25 00 64 80 82 02 12 00 90 00", CardKind::Cps3),
            ("3B 8F 80 01 00 31 B8 64 04 B0 EC C1 73 94 01 80 82 90 00 0E", CardKind::Cps3),
            ("3B 9B 18 80 01 00 12 25 00 64 80 04 01 00 00 90 44", CardKind::Cps4),
            ("3B 9B 18 80 01 00 12 25 00 64 80 00 04 01 00 90 44", CardKind::Cps4),
            ("3B DC 18 FF 00 00 12 25 00 64 80 00 04 01 00 90 00", CardKind::Cps4),
            ("3B 75 13 00 00 43 09 EA 90 00", CardKind::Vitale2),
            ("3B 75 13 00 00 44 09 EA 90 00", CardKind::Vitale2),
            ("3B 75 13 00 00 45 09 EA 90 00", CardKind::Vitale2),
            ("3B 75 13 00 00 47 09 EA 90 00", CardKind::Vitale2),
            ("3B 75 13 00 00 48 09 EA 90 00", CardKind::Vitale2),
            ("3B 75 13 00 00 49 09 EA 90 00", CardKind::Vitale2),
            ("3F 65 25 00 22 09 F9 90 00", CardKind::Vitale1),
            ("3F 65 25 00 2C 09 69 90 00", CardKind::Vitale1),
            ("3F 65 25 00 52 09 6A 90 00", CardKind::Vitale1),
            ("3F 65 25 00 A3 09 6A 90 00", CardKind::Vitale1),
            ("3F 65 25 00 A4 09 6A 90 00", CardKind::Vitale1),
            // IAS-ECC cards that are no CPS: a Gemalto and a Morpho one from OpenSC's table.
            ("3B 7F 96 00 00 00 31 B8 64 40 70 14 10 73 94 01 80 82 90 00", CardKind::Unknown),
            ("3B 7F 18 00 00 00 31 B8 64 50 23 EC C1 73 94 01 80 82 90 00", CardKind::Unknown),
            ("3B 75 13 00 00 46 09 EA 90 00", CardKind::Unknown),
            ("", CardKind::Unknown),
            // Ours, and the same with another check byte.
            ("3B 8A 80 01 4C 49 41 53 53 45 41 50 43 56 0E", CardKind::Apcv),
            ("3B 8A 80 01 4C 49 41 53 53 45 41 50 43 56 0F", CardKind::Unknown),
        ] {
            assert_eq!(identify(&hex(atr)), kind, "{atr}");
        }
    }
}
