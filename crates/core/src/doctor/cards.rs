//! The probes of readers and cards: the service, the readers, what is in each, and how long a professional's card may sign.
//! Reads what the card lane read already: no card is asked anything here, and no holder is named.

use liasse_cards::CardError;
use liasse_domain::{CardKind, Code, Coded, Instant, Report, clock};
use liasse_formats::certificate;
use liasse_formats::cms::Trust;

use super::{Name, Probe};
use crate::cards::{Activity, CardView, CpsView, ReaderView, Snapshot, VitaleView};
use crate::desk::DeskError;

/// A card that ends sooner is to be ordered anew: making one takes weeks (reference peers 3.2, « expiry countdown »).
const SOON_DAYS: i64 = 60;
/// Tries of a code that nobody has mistyped.
const ALL_TRIES: u8 = 3;

/// What a certificate is judged by.
pub(super) struct Judge<'a> {
    /// The roots and the revocation list; without data there are none, and only dates are looked at.
    pub(super) trust: Option<&'a Trust>,
    /// The moment.
    pub(super) now: Instant,
}

/// Every probe of cards. `computer` says that the readers are simulated, and how the computer's own service is.
pub(super) fn probes(cards: &Snapshot, computer: Option<&Result<usize, Report>>, judge: &Judge<'_>) -> Vec<Probe> {
    let mut probes = vec![service(cards, computer.is_some())];
    probes.extend(computer.map(beside));
    if cards.service.is_none() {
        probes.push(readers(cards));
    }
    for reader in &cards.readers {
        probes.extend(driver(reader));
        probes.extend(card(reader, judge));
    }
    let empty = |reader: &ReaderView| reader.card == CardView::Empty;
    if !cards.readers.is_empty() && cards.readers.iter().all(empty) {
        probes.push(Probe::new(Name::Card, Code("doctor.lecteurs_vides"), &[]));
    }
    probes
}

fn service(cards: &Snapshot, simulated: bool) -> Probe {
    match &cards.service {
        Some(report) => Probe::told(Name::Service, report.clone()),
        None if simulated => Probe::new(Name::Service, Code("doctor.cartes_simulees"), &[]),
        None => Probe::new(Name::Service, Code("doctor.service_repond"), &[]),
    }
}

/// The service of the computer, which simulated readers do without.
fn beside(computer: &Result<usize, Report>) -> Probe {
    match computer {
        Ok(count) => Probe::new(Name::Computer, Code("doctor.ordinateur_lecteurs"), &[("count", count.to_string())]),
        Err(_) => Probe::new(Name::Computer, Code("doctor.ordinateur_sans_service"), &[]),
    }
}

fn readers(cards: &Snapshot) -> Probe {
    let names: Vec<&str> = cards.readers.iter().map(|reader| reader.name.as_str()).collect();
    if names.is_empty() {
        return Probe::new(Name::Readers, Code("doctor.lecteur_aucun"), &[]);
    }
    Probe::new(Name::Readers, Code("doctor.lecteurs_vus"), &[("readers", names.join(", "))])
}

/// What drives the reader, where somebody asked and the driver says so.
fn driver(reader: &ReaderView) -> Option<Probe> {
    let values = [("reader", reader.name.clone()), ("driver", reader.driver.clone()?)];
    Some(Probe::new(Name::Driver, Code("doctor.pilote_dit"), &values))
}

fn card(reader: &ReaderView, judge: &Judge<'_>) -> Vec<Probe> {
    match &reader.card {
        CardView::Empty => Vec::new(),
        CardView::Failed(error) => {
            let report = error.report();
            let message = format!("{} : {}", reader.name, report.message);
            vec![Probe::told(Name::Card, Report { message, ..report })]
        }
        CardView::Unknown { kind: kind @ CardKind::Vitale1, .. } => {
            let report = CardError::NotThatCard { kind: *kind }.report();
            let message = format!("{} : {}", reader.name, report.message);
            vec![Probe::told(Name::Card, Report { message, ..report })]
        }
        // Where nothing takes telephones in, one is not read; it is none of a stranger's cards all the same.
        CardView::Unknown { kind: CardKind::Apcv, .. } => vec![telephone(reader)],
        CardView::Unknown { atr, .. } => {
            let values = [("reader", reader.name.clone()), ("atr", hex(atr))];
            vec![Probe::new(Name::Card, Code("doctor.carte_etrangere"), &values)]
        }
        CardView::Cps(cps) => professional(reader, cps, judge),
        CardView::Vitale(vitale) if vitale.apcv.is_some() => vec![telephone(reader)],
        CardView::Vitale(vitale) => vec![patient(reader, vitale)],
    }
}

/// In which reader, and the ATR by which a card is known to whoever is asked about it.
fn place(reader: &ReaderView) -> [(&'static str, String); 2] {
    [("reader", reader.name.clone()), ("atr", reader.atr.as_deref().map(hex).unwrap_or_default())]
}

fn hex(atr: &[u8]) -> String {
    atr.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn professional(reader: &ReaderView, cps: &CpsView, judge: &Judge<'_>) -> Vec<Probe> {
    let mut probes = vec![Probe::new(Name::Card, Code("doctor.cps_lue"), &place(reader))];
    probes.extend(practises(&reader.name, cps));
    probes.extend(undecoded(&reader.name, cps));
    probes.extend(tries(&reader.name, cps.tries_left));
    probes.push(signs_until(&reader.name, &cps.identity.signature_certificate, judge));
    probes.extend(authenticates_until(&reader.name, &cps.identity.authentication_certificate, judge.now));
    probes
}

/// Where the holder practises, once the code was given and the card was asked: by the numbers of the places, which name nobody.
fn practises(reader: &str, cps: &CpsView) -> Option<Probe> {
    let activities = cps.activities.as_ref()?;
    if activities.is_empty() {
        return Some(Probe::new(Name::Card, Code("doctor.exercice_aucun"), &[("reader", reader.to_owned())]));
    }
    let one = |place: &Activity| format!("{} ({}, {})", place.number, place.sector, place.structure);
    let places = activities.iter().map(one).collect::<Vec<_>>().join(" ; ");
    let values = [("reader", reader.to_owned()), ("count", activities.len().to_string()), ("places", places)];
    Some(Probe::new(Name::Card, Code("doctor.exercice"), &values))
}

/// A card whose billing situations are in a format that is not public, or nowhere.
fn undecoded(reader: &str, cps: &CpsView) -> Option<Probe> {
    if !cps.situations_not_public {
        return None;
    }
    let reader = ("reader", reader.to_owned());
    Some(match cps.undecoded_bytes {
        Some(bytes) => {
            Probe::new(Name::Card, Code("doctor.situations_non_decodees"), &[reader, ("bytes", bytes.to_string())])
        }
        None => Probe::new(Name::Card, Code("doctor.situations_absentes"), &[reader]),
    })
}

fn tries(reader: &str, left: u8) -> Option<Probe> {
    match left {
        0 => Some(Probe::told(Name::Tries, CardError::PinBlocked.report())),
        ALL_TRIES.. => None,
        _ => {
            let values = [("tries", left.to_string()), ("reader", reader.to_owned())];
            Some(Probe::new(Name::Tries, Code("doctor.essais_restants"), &values))
        }
    }
}

/// How long the certificate that signs holds.
fn signs_until(reader: &str, der: &[u8], judge: &Judge<'_>) -> Probe {
    let told = |error: DeskError| Probe::told(Name::Certificate, error.report());
    let Ok((_, until)) = certificate::validity(der) else { return told(DeskError::CertificateRefused) };
    let last = clock::paris(until).date();
    let days = (last - clock::paris(judge.now).date()).num_days();
    let values =
        [("reader", reader.to_owned()), ("until", last.format("%d/%m/%Y").to_string()), ("days", days.to_string())];
    let probe = |code| Probe::new(Name::Certificate, code, &values);
    if judge.now > until {
        return probe(Code("doctor.certificat_echu"));
    }
    match judge.trust.map_or(Ok(()), |trust| DeskError::judge(trust, der, judge.now)) {
        Err(error) => told(error),
        Ok(()) if days < SOON_DAYS => probe(Code("doctor.certificat_bientot")),
        Ok(()) => probe(Code("doctor.certificat_valable")),
    }
}

/// How long the other certificate holds: it signs no FSE, and other services ask for it.
fn authenticates_until(reader: &str, der: &[u8], now: Instant) -> Option<Probe> {
    let (_, until) = certificate::validity(der).ok()?;
    let last = clock::paris(until).date();
    let days = (last - clock::paris(now).date()).num_days();
    let values =
        [("reader", reader.to_owned()), ("until", last.format("%d/%m/%Y").to_string()), ("days", days.to_string())];
    let code = match days {
        _ if now > until => Code("doctor.authentification_echue"),
        ..SOON_DAYS => Code("doctor.authentification_bientot"),
        _ => Code("doctor.authentification_valable"),
    };
    Some(Probe::new(Name::Certificate, code, &values))
}

/// A telephone in the place of a Vitale.
fn telephone(reader: &ReaderView) -> Probe {
    Probe::new(Name::Card, Code("doctor.apcv_vue"), &place(reader))
}

fn patient(reader: &ReaderView, vitale: &VitaleView) -> Probe {
    let [reader, atr] = place(reader);
    match vitale.read.unreadable.len() {
        // What a simulated card says beside its real files is all that an invoice needs.
        _ if vitale.read.content.is_some() => Probe::new(Name::Card, Code("doctor.vitale_lue"), &[reader, atr]),
        0 => Probe::new(Name::Card, Code("doctor.vitale_lue"), &[reader, atr]),
        count => {
            let files = ("files", vitale.read.unreadable.join(", "));
            Probe::new(Name::Card, Code("doctor.vitale_en_partie"), &[reader, atr, ("count", count.to_string()), files])
        }
    }
}

#[cfg(test)]
mod tests {
    use liasse_cards::ChannelError;
    use liasse_domain::Level;

    use super::*;

    const NOBODY: Judge<'static> = Judge { trust: None, now: Instant::UNIX_EPOCH };

    fn reader(name: &str, card: CardView) -> ReaderView {
        ReaderView { name: name.to_owned(), insertions: 1, atr: None, card, order: 1, driver: None }
    }

    fn codes(cards: &Snapshot, computer: Option<Result<usize, Report>>) -> Vec<(String, Level)> {
        let probes = probes(cards, computer.as_ref(), &NOBODY);
        probes.into_iter().map(|probe| (probe.report.code, probe.report.level)).collect()
    }

    fn found(list: &[(&str, Level)]) -> Vec<(String, Level)> {
        list.iter().map(|(code, level)| ((*code).to_owned(), *level)).collect()
    }

    #[test]
    fn a_service_that_is_gone_is_the_readers_fault_and_nothing_more_is_said() {
        let service = Some(ChannelError::NoService.report());
        let cards = Snapshot { readers: Vec::new(), service };
        assert_eq!(codes(&cards, None), found(&[("cards.service_absent", Level::Error)]));
    }

    #[test]
    fn simulated_readers_do_without_the_service_of_the_computer() {
        let cards = Snapshot { readers: vec![reader("Plateau", CardView::Empty)], service: None };
        let expected = |computer| {
            found(&[
                ("doctor.cartes_simulees", Level::Ok),
                computer,
                ("doctor.lecteurs_vus", Level::Ok),
                ("doctor.lecteurs_vides", Level::Ok),
            ])
        };
        assert_eq!(codes(&cards, Some(Ok(2))), expected(("doctor.ordinateur_lecteurs", Level::Ok)));
        let gone = Some(Err(ChannelError::NoService.report()));
        assert_eq!(codes(&cards, gone), expected(("doctor.ordinateur_sans_service", Level::Warning)));
    }

    #[test]
    fn a_driver_that_says_its_name_is_told() {
        let named = ReaderView { driver: Some("Gemalto GemPC 1.5.2".to_owned()), ..reader("Bureau", CardView::Empty) };
        let cards = Snapshot { readers: vec![named, reader("Accueil", CardView::Empty)], service: None };
        let found = probes(&cards, None, &NOBODY);
        let told: Vec<&Probe> = found.iter().filter(|probe| probe.name == Name::Driver).collect();
        assert_eq!(told.len(), 1, "the other driver says nothing, and nothing is invented");
        assert!(told[0].report.message.contains("Bureau") && told[0].report.message.contains("GemPC 1.5.2"));
    }

    #[test]
    fn a_system_that_forbids_the_readers_is_this_workstations_fault() {
        let cards = Snapshot { readers: Vec::new(), service: Some(ChannelError::Denied.report()) };
        let first = probes(&cards, None, &NOBODY).remove(0);
        assert_eq!((first.report.code.as_str(), first.is_bad()), ("cards.acces_refuse", true));
        assert_eq!(first.origin, liasse_domain::catalogue::Origin::Poste);
    }

    #[test]
    fn no_reader_is_bad_and_a_card_that_fails_says_where() {
        let none = found(&[("doctor.service_repond", Level::Ok), ("doctor.lecteur_aucun", Level::Error)]);
        assert_eq!(codes(&Snapshot::default(), None), none);
        let mute = CardView::Failed(CardError::Channel(ChannelError::Mute));
        let cards = Snapshot { readers: vec![reader("Bureau", mute)], service: None };
        let probes = probes(&cards, None, &NOBODY);
        let last = probes.last().expect("a probe");
        assert_eq!((last.report.code.as_str(), last.is_bad()), ("cards.carte_muette", true));
        assert!(last.report.message.starts_with("Bureau : "), "{}", last.report.message);
    }

    #[test]
    fn a_strangers_card_is_named_by_its_atr() {
        let card = CardView::Unknown { kind: CardKind::Unknown, atr: vec![0x3B, 0x0F] };
        let cards = Snapshot { readers: vec![reader("Bureau", card)], service: None };
        let last = probes(&cards, None, &NOBODY).pop().expect("a probe");
        assert_eq!((last.report.code.as_str(), last.report.level), ("doctor.carte_etrangere", Level::Warning));
        assert!(last.report.message.contains("3B0F"), "{}", last.report.message);
    }

    #[test]
    fn a_vitale_of_the_first_generation_is_named_as_withdrawn() {
        let card = CardView::Unknown { kind: CardKind::Vitale1, atr: vec![0x3F, 0x65] };
        let cards = Snapshot { readers: vec![reader("Bureau", card)], service: None };
        let last = probes(&cards, None, &NOBODY).pop().expect("a probe");
        assert_eq!(last.report.code, "cards.autre_carte_vitale1");
        assert!(last.report.message.starts_with("Bureau : ") && last.report.message.contains("retirée du service"));
    }

    #[test]
    fn a_telephone_is_none_of_a_strangers_cards() {
        let card = CardView::Unknown { kind: CardKind::Apcv, atr: vec![0x3B, 0x8A] };
        let cards = Snapshot { readers: vec![reader("Sans contact", card)], service: None };
        let last = probes(&cards, None, &NOBODY).pop().expect("a probe");
        assert_eq!((last.report.code.as_str(), last.report.level), ("doctor.apcv_vue", Level::Ok));
        assert!(last.report.message.contains("appli carte Vitale"), "{}", last.report.message);
    }

    #[test]
    fn tries_are_told_before_the_code_blocks() {
        let of = |left| tries("Bureau", left).map(|probe| (probe.report.code, probe.report.level));
        assert_eq!(of(3), None);
        for left in [1, 2] {
            assert_eq!(of(left), Some(("doctor.essais_restants".to_owned(), Level::Warning)));
        }
        assert_eq!(of(0), Some(("cards.code_bloque".to_owned(), Level::Blocking)));
    }

    #[test]
    fn a_certificate_that_does_not_read_is_refused() {
        let probe = signs_until("Bureau", b"no certificate", &NOBODY);
        assert_eq!((probe.report.code.as_str(), probe.is_bad()), ("cards.cps_refusee", true));
    }
}
