//! The `sim` records around claims and returns: 000 and 999 of a file, 1 and 6 of a lot, ARL.
//! Not the real ones: only the first 49 positions of 000 and 999 are public (reference formats 1.4).
//! The tail of 000 and 999 follows the one public NOEMIE file: identifier, date or count, record length, final `Z`.

use chrono::{Datelike, NaiveDate};
use liasse_domain::{BillingNumber, Code, Destination};

use super::dates::compact;
use super::fault::{Fault, Found};
use super::table::Kind::{A, D, F, L, N};
use super::table::Source::{Fixed, Of};
use super::table::{Field, Record, Value, Values, WIDTH, sim, write};
use crate::groups::Group;

/// Group of ours: 1 kind of sender, 2 its number, 3 its program, 4 kind of recipient, 5 its number, 6 its program,
/// 7 application, 8 identifier, 9 date, 10 number of records.
pub(crate) const FILE: u16 = 9100;
/// Group of ours: 1 billing number, 2 lot number, 3 régime, 4 caisse, 5 mode, 6 date of sealing, 7 number of FSE.
pub(crate) const LOT: u16 = 9101;
/// Group of ours: 1 sequence and 2 hash of the last journal entry, 3 number of FSE.
pub(crate) const HEAD: u16 = 9106;
/// Group of ours: 1 billing number, 2 régime, 3 caisse, 4 file identifier, 5 date, 6 sign, 7 code, 8 label.
pub(crate) const ARL: u16 = 9130;

/// Version of these layouts, in each of them.
pub(crate) const VERSION: &str = "SIM01";
/// The program that writes them, as 000 and 999 name it.
pub(crate) const PROGRAM: &str = "LIASSE";

/// Positions 2 to 55 after the type, the same in 000 and 999.
const PREFIX: &[Field] = &[
    sim(4, 5, "type_emetteur", A, Of(FILE, 1)),
    sim(6, 19, "no_emetteur", A, Of(FILE, 2)),
    sim(20, 25, "programme_emetteur", A, Of(FILE, 3)),
    sim(26, 27, "type_destinataire", A, Of(FILE, 4)),
    sim(28, 41, "no_destinataire", A, Of(FILE, 5)),
    sim(42, 47, "programme_destinataire", A, Of(FILE, 6)),
    sim(48, 49, "application", A, Of(FILE, 7)),
    sim(50, 55, "identifiant_fichier", A, Of(FILE, 8)),
];

/// File header.
pub(crate) static R000: Record = Record {
    name: "000",
    parts: &[
        &[sim(1, 3, "type", A, Fixed("000"))],
        PREFIX,
        &[
            sim(56, 61, "date_creation", D, Of(FILE, 9)),
            sim(62, 66, "version_sim", A, Fixed(VERSION)),
            sim(67, 82, "filler", F, Fixed("")),
            sim(83, 85, "longueur_enregistrement", N, Fixed("128")),
            sim(86, 127, "filler", F, Fixed("")),
            sim(128, 128, "fin", A, Fixed("Z")),
        ],
    ],
};

/// End of file; the count takes in 000 and 999 themselves.
pub(crate) static R999: Record = Record {
    name: "999",
    parts: &[
        &[sim(1, 3, "type", A, Fixed("999"))],
        PREFIX,
        &[
            sim(56, 63, "nb_enregistrements", N, Of(FILE, 10)),
            sim(64, 68, "version_sim", A, Fixed(VERSION)),
            sim(69, 127, "filler", F, Fixed("")),
            sim(128, 128, "fin", A, Fixed("Z")),
        ],
    ],
};

/// Lot header.
pub(crate) static R1: Record = Record {
    name: "1",
    parts: &[&[
        sim(1, 1, "type", A, Fixed("1")),
        sim(2, 10, "no_partenaire_sante_et_cle", A, Of(LOT, 1)),
        sim(11, 11, "filler", F, Fixed("")),
        sim(12, 14, "no_lot", N, Of(LOT, 2)),
        sim(15, 16, "grand_regime", N, Of(LOT, 3)),
        sim(17, 19, "caisse", N, Of(LOT, 4)),
        sim(20, 20, "mode_securisation", N, Of(LOT, 5)),
        sim(21, 28, "date_scellement", N, Of(LOT, 6)),
        sim(29, 33, "nb_fse", N, Of(LOT, 7)),
        sim(34, 38, "version_sim", A, Fixed(VERSION)),
        sim(39, 128, "filler", F, Fixed("")),
    ]],
};

/// End of lot, with the head of the journal before the seal.
pub(crate) static R6: Record = Record {
    name: "6",
    parts: &[&[
        sim(1, 1, "type", A, Fixed("6")),
        sim(2, 10, "no_partenaire_sante_et_cle", A, Of(LOT, 1)),
        sim(11, 11, "filler", F, Fixed("")),
        sim(12, 14, "no_lot", N, Of(LOT, 2)),
        sim(15, 19, "nb_fse", N, Of(HEAD, 3)),
        sim(20, 39, "sequence_journal", N, Of(HEAD, 1)),
        sim(40, 103, "empreinte_journal", A, Of(HEAD, 2)),
        sim(104, 108, "version_sim", A, Fixed(VERSION)),
        sim(109, 128, "filler", F, Fixed("")),
    ]],
};

/// Acknowledgement.
pub(crate) static RARL: Record = Record {
    name: "ARL",
    parts: &[&[
        sim(1, 3, "type", A, Fixed("ARL")),
        sim(4, 12, "no_partenaire_sante_et_cle", A, Of(ARL, 1)),
        sim(13, 14, "grand_regime", N, Of(ARL, 2)),
        sim(15, 17, "caisse", N, Of(ARL, 3)),
        sim(18, 23, "identifiant_fichier", A, Of(ARL, 4)),
        sim(24, 31, "date", N, Of(ARL, 5)),
        sim(32, 32, "signe", A, Of(ARL, 6)),
        sim(33, 40, "code", A, Of(ARL, 7)),
        sim(41, 128, "libelle", L, Of(ARL, 8)),
    ]],
};

/// Every record of this module.
pub(crate) static RECORDS: [&Record; 5] = [&R000, &R999, &R1, &R6, &RARL];

/// Kinds, programs and application of a file on its way to a caisse: fields 1, 3, 4, 6 and 7 of group [`FILE`].
pub(crate) const OUT: [&str; 5] = ["PS", PROGRAM, "AM", "CAISSE", "FS"];
/// The same on the way back.
pub(crate) const BACK: [&str; 5] = ["AM", "CAISSE", "PS", PROGRAM, "RT"];
const ROUTE_FIELDS: [u8; 5] = [1, 3, 4, 6, 7];

/// The group behind 000 and 999. A date outside the years 2000 to 2099 is left out, and the file will not open.
pub(crate) fn file_group(
    [sender_kind, sender_program, recipient_kind, recipient_program, application]: &[&str; 5],
    sender: &str,
    recipient: &str,
    identifier: &str,
    created: NaiveDate,
    records: usize,
) -> Group {
    let date = if (2000..=2099).contains(&created.year()) { compact(created) } else { String::new() };
    Group::of_texts(
        FILE,
        [
            sender_kind,
            format!("{sender:0>14}").as_str(),
            sender_program,
            recipient_kind,
            format!("{recipient:0>14}").as_str(),
            recipient_program,
            application,
            identifier,
            &date,
            &records.to_string(),
        ],
    )
}

/// The billing number in the fourteen characters of an emitter or recipient.
pub(crate) fn billing_of(value: &Value) -> Result<BillingNumber, Fault> {
    let number = value.text.strip_prefix("00000").and_then(|number| BillingNumber::parse(number).ok());
    number.ok_or_else(|| value.fault(Code("formats.b2_cle"), Found::Nothing))
}

/// The régime and caisse in the fourteen characters of an emitter or recipient.
pub(crate) fn destination_of(value: &Value) -> Result<Destination, Fault> {
    let codes = value.text.strip_prefix("000000000").and_then(|codes| codes.split_at_checked(2));
    let destination = codes.and_then(|(regime, caisse)| Destination::new(regime, caisse).ok());
    destination.ok_or_else(|| value.fault(Code("formats.b2_code"), Found::Nothing))
}

/// Refuses a file that goes another way.
pub(crate) fn check_route(values: &Values, route: &[&str; 5]) -> Result<(), Fault> {
    for (number, expected) in ROUTE_FIELDS.into_iter().zip(route) {
        if let Some(value) = values.get(FILE, number)
            && value.text != *expected
        {
            return Err(value.fault(Code("formats.b2_fixe"), Found::Nothing));
        }
    }
    Ok(())
}

/// Writes a record whose values come from keyed types and always fit; would one not, the record is blank, and no
/// reader takes it.
pub(crate) fn write_sure(record: &Record, groups: &[&Group], out: &mut Vec<u8>) {
    let start = out.len();
    if write(record, groups, out).is_err() {
        out.truncate(start);
        out.extend(std::iter::repeat_n(b' ', WIDTH));
        out.extend_from_slice(b"\r\n");
    }
}

/// The record of this module that a line is, by what it begins with.
pub(crate) fn identify(line: &[u8]) -> Option<&'static Record> {
    RECORDS.into_iter().find(|record| line.starts_with(record.name.as_bytes()))
}

/// Whether a line is a `sim` record 000, 1, 6 or 999: the version stands where ours has it.
pub(crate) fn is_ours(line: &[u8]) -> bool {
    [&R000, &R999, &R1, &R6].into_iter().any(|record| {
        line.starts_with(record.name.as_bytes())
            && record.field("version_sim").and_then(|field| field.of(line)) == Some(VERSION.as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::b2::table::assert_covers;

    #[test]
    fn every_table_covers_the_record() {
        RECORDS.into_iter().for_each(assert_covers);
    }

    #[test]
    fn the_public_prefix_ends_at_49_and_the_identifier_at_55() {
        for record in [&R000, &R999] {
            let at = |name| record.field(name).map(|field| (field.start, field.end));
            assert_eq!(at("application"), Some((48, 49)));
            assert_eq!(at("identifiant_fichier"), Some((50, 55)));
        }
    }
}
