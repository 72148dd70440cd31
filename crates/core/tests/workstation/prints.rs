//! The prints of the desk: what each says, to whom it is refused, and that what goes to others names no patient.
//! Amounts by hand: G 30,00 € since 22/12/2024, of which the AMO bears 70 % (CSS R160-5).

use liasse_core::cards::{CardView, ReaderView, Snapshot};
use liasse_core::desk::{SignedIn, Wanted};
use liasse_core::invoicing::Draft;
use liasse_core::prints::{self, Document};
use liasse_core::{Cheque, CoreError, SettlementMode, Workstation, papers};
use liasse_domain::{Centimes, Coded, FileIdentifier, FseRef, Payer};
use liasse_print::{Block, Table};

use crate::support::{Hand, Practice, arl, payment, rejection, signed, week_of};

/// The number of Ms Durand, as a print groups it and as it stands in a store.
const NIR: [&str; 2] = ["2 85 04 99 999 901", "2850499999901"];

/// Everything that a document says, in one line.
fn text(document: &Document) -> String {
    let table = |table: &Table| {
        let titles = table.columns.iter().map(|column| column.title.clone());
        let cells = table.rows.iter().chain(&table.total).flatten().cloned();
        titles.chain(cells).collect::<Vec<_>>().join(" ")
    };
    let said = document.blocks.iter().map(|block| match block {
        Block::Heading(text) | Block::Paragraph(text) | Block::Notice(text) => text.clone(),
        Block::Facts(facts) => {
            facts.iter().map(|(label, value)| format!("{label} {value}")).collect::<Vec<_>>().join(" ")
        }
        Block::Table(content) => table(content),
        Block::Signature(labels) => labels.join(" "),
        Block::Lines { label, .. } => label.clone(),
        Block::Gap | Block::PageBreak => String::new(),
    });
    let said = [document.title.clone(), document.subject.clone()].into_iter().chain(said);
    said.chain([document.made_on.clone()]).collect::<Vec<_>>().join(" ").replace('\u{202f}', " ")
}

fn assert_all(document: &Document, wanted: &[&str]) {
    let text = text(document);
    for want in wanted {
        assert!(text.contains(want), "« {want} » in {text}");
    }
}

fn assert_names_nobody(document: &Document) {
    let text = text(document);
    for name in ["DURAND", "MARIE", NIR[0], NIR[1], "17/04/1985", "1985-04-17"] {
        assert!(!text.contains(name), "« {name} » in {text}");
    }
}

fn code(result: Result<Document, CoreError>) -> &'static str {
    result.err().map_or("", |error| error.code().0)
}

/// One G for Ms Durand, by Dr Gris, in a lot that has left on the 15th of January.
struct Sent {
    practice: Practice,
    fse: FseRef,
    lot: FileIdentifier,
}

impl Sent {
    fn new() -> Self {
        let practice = Practice::new();
        let (fse, lot) = practice.sent(&["vitale-durand"]).remove(0);
        Self { practice, fse, lot }
    }

    fn answered(&self) {
        self.practice.take(&arl(&self.fse, self.lot));
    }

    fn rejected(&self) {
        self.practice.take(&rejection(&self.fse, self.lot, "2026-01-20"));
    }

    fn who(&self, card: &str) -> SignedIn {
        Hand::of(card, None).signed_in(&self.practice.clock)
    }

    /// The code with which the holder of a card is refused a print; nothing where they have it.
    fn refused(
        &self,
        print: impl Fn(&Workstation, &SignedIn) -> Result<Document, CoreError>,
        card: &str,
    ) -> &'static str {
        code(print(&self.practice.workstation(), &self.who(card)))
    }
}

#[test]
fn a_duplicata_says_all_of_the_claim_and_how_far_it_came() {
    let sent = Sent::new();
    let workstation = sent.practice.workstation();
    let gris = sent.who("cps-gris");
    let before = workstation.duplicate_of(&sent.fse, &gris).expect("a duplicata");
    assert!(before.demo, "of a test card");
    assert_all(&before, &["retours jamais lus", "transmise"]);
    drop(workstation);
    sent.answered();
    let workstation = sent.practice.workstation();
    let document = workstation.duplicate_of(&sent.fse, &gris).expect("a duplicata");
    let (fse, lot) = (sent.fse.number.to_string(), sent.lot.to_string());
    assert_all(
        &document,
        &[
            "Duplicata",
            &fse,
            "991010117",
            "3 (sécurisé)",
            "GRIS ANNE",
            "CABINET GRIS",
            "DURAND MARIE",
            "17/04/1985",
            "2 85 04 99 999 901 | 85",
            "01 751 0100",
            "signée, 15/01/2026 à 09 h 00",
            &lot,
            "reçue par la caisse",
            "positif, du 16/01/2026",
            "15/01/2026 G 1 30,00 € 70 % 21,00 € 0,00 € 30,00 €",
            "Patient 30,00 € 0,00 € attendu",
            "rembourse l'assuré(e)",
        ],
    );
    assert_eq!(sent.refused(|ws, who| ws.duplicate_of(&sent.fse, who), "cps-blanc"), "invoicing.autre_praticien");
    let unknown = FseRef { number: "000000999".parse().expect("a number"), ..sent.fse.clone() };
    assert_eq!(code(workstation.duplicate_of(&unknown, &gris)), "invoicing.fse_inconnue");
}

#[test]
fn a_receipt_says_what_was_paid_and_there_is_none_for_nothing() {
    let sent = Sent::new();
    let mut workstation = sent.practice.workstation();
    let gris = sent.who("cps-gris");
    assert_eq!(code(workstation.receipt_of(&sent.fse, &gris)), "papier.rien_recu");
    let cash = Some(Centimes(1000));
    workstation.settle_part(&sent.fse, &gris, SettlementMode::Especes, cash, None).expect("ten euros");
    let part = workstation.receipt_of(&sent.fse, &gris).expect("a receipt");
    assert_all(&part, &["espèces 10,00 €", "Total reçu  10,00 €", "Reste dû par le patient 20,00 €"]);
    workstation.settle(&sent.fse, &gris, SettlementMode::Carte).expect("the rest");
    let whole = workstation.receipt_of(&sent.fse, &gris).expect("a receipt");
    let wanted = ["Reçu", "DURAND MARIE", "GRIS ANNE", "15/01/2026 carte bancaire 20,00 €", "Total reçu  30,00 €"];
    assert_all(&whole, &wanted);
    let said = text(&whole);
    assert!(!said.contains("Reste dû") && NIR.iter().all(|nir| !said.contains(nir)), "{said}");
    // Whoever is at the desk when the patient pays prints it; another practitioner does not.
    assert!(workstation.receipt_of(&sent.fse, &sent.who("cpe-mauve")).is_ok());
    assert_eq!(sent.refused(|ws, who| ws.receipt_of(&sent.fse, who), "cps-blanc"), "invoicing.autre_praticien");
}

#[test]
fn a_bordereau_lists_the_lot_with_the_card_that_signed_it() {
    let sent = Sent::new();
    sent.answered();
    sent.rejected();
    let workstation = sent.practice.workstation();
    let document = workstation.lot_sheet(sent.lot, &sent.who("cps-gris")).expect("a bordereau");
    let (fse, lot) = (sent.fse.number.to_string(), sent.lot.to_string());
    assert_all(
        &document,
        &[
            "Bordereau de lot",
            &lot,
            "N° de lot 001",
            "991010117",
            "01/751",
            "3 (sécurisé)",
            "par la carte de GRIS ANNE (n° 899900101017), le 15/01/2026 à 09 h 00",
            "positif, du 16/01/2026",
            &format!("{fse} 15/01/2026 DURAND MARIE 21,00 € 0,00 € 30,00 € I1002"),
            "1 FSE",
        ],
    );
    let unknown = "ZZZZZZ".parse().expect("a file");
    assert_eq!(code(workstation.lot_sheet(unknown, &sent.who("cps-gris"))), "invoicing.lot_inconnu");
    for (card, why) in [("cps-blanc", "invoicing.autre_praticien"), ("cpe-mauve", "papier.comptes")] {
        assert_eq!(sent.refused(|ws, who| ws.lot_sheet(sent.lot, who), card), why);
    }
}

#[test]
fn a_deposit_slip_lists_its_cheques_and_names_nobody() {
    let sent = Sent::new();
    let mut workstation = sent.practice.workstation();
    let gris = sent.who("cps-gris");
    assert_eq!(code(workstation.deposit_slip(None, &gris)), "papier.remise_inconnue");
    let cheque = Cheque::New { number: "0123456".to_owned(), bank: "BANQUE POSTALE".to_owned() };
    workstation.settle_part(&sent.fse, &gris, SettlementMode::Cheque, None, Some(cheque)).expect("by cheque");
    workstation.deposit_cheques(&gris, &[]).expect("a slip");
    let slip = workstation.deposit_slip(Some(1), &gris).expect("a slip");
    let fse = sent.fse.to_string();
    let wanted = ["Remise n° 1 du 15/01/2026", "0123456", "BANQUE POSTALE", &fse, "30,00 €", "1 chèque(s)"];
    assert_all(&slip, &wanted);
    assert_names_nobody(&slip);
    assert!(workstation.deposit_slip(None, &gris).expect("the latest") == slip);
    assert_eq!(code(workstation.deposit_slip(Some(2), &gris)), "papier.remise_inconnue");
    for (card, why) in [("cps-blanc", "papier.remise_inconnue"), ("cpe-mauve", "papier.comptes")] {
        assert_eq!(sent.refused(|ws, who| ws.deposit_slip(Some(1), who), card), why);
    }
}

#[test]
fn a_dossier_holds_what_a_caisse_asks_and_no_name() {
    let sent = Sent::new();
    sent.answered();
    sent.rejected();
    let workstation = sent.practice.workstation();
    let row = workstation.store().lot(sent.lot).expect("read").expect("the lot");
    let message = row.message_id.expect("a mail");
    let document = workstation.incident_of(&sent.fse, &sent.who("cps-gris")).expect("a dossier");
    let (fse, lot) = (sent.fse.number.to_string(), sent.lot.to_string());
    assert_all(
        &document,
        &[
            "Dossier d'incident",
            &fse,
            &lot,
            &message,
            "250 2.0.0 Ok: queued as 4F1",
            "positif, du 16/01/2026",
            "I1002 Droits non ouverts",
            "le 20/01/2026",
            "aucun incident pour le code I1002 au 20/01/2026",
            "15/01/2026 à 09 h 00 FSE signée",
            &format!("Lot signé {lot}"),
            &format!("Envoi terminé {lot} accepté par le serveur"),
            &format!("Accusé de réception lu {lot} reçue par la caisse"),
            "Honoraires 30,00 €",
        ],
    );
    assert_names_nobody(&document);
    assert_eq!(sent.refused(|ws, who| ws.incident_of(&sent.fse, who), "cps-blanc"), "invoicing.autre_praticien");
    drop(workstation);
    // The practice's own list says what to do instead.
    sent.practice.incidents(
        "[[incident]]\ncode = \"I1002\"\nfrom = \"2026-01-19\"\nuntil = \"2026-01-21\"\nverdict = \"ne_pas_renvoyer\"\n\
         cause = \"Panne nationale.\"\naction = \"Attendez le paiement.\"\nsource = \"inventée\"\n",
    );
    let listed = sent.practice.workstation().incident_of(&sent.fse, &sent.who("cps-gris")).expect("a dossier");
    assert_all(&listed, &["du 19/01/2026 au 21/01/2026", "Panne nationale. Attendez le paiement.", "inventée"]);
}

#[test]
fn staff_print_an_fse_without_what_the_caisses_owe_and_paid() {
    // C2S: the caisse owes 21,00 € and the complementary 9,00 €, the patient nothing.
    let practice = Practice::new();
    let (fse, lot) = practice.sent(&["vitale-petit"]).remove(0);
    practice.take(&arl(&fse, lot));
    practice.take(&payment(&fse, "SIM-VIREMENT-1", &[(Payer::Amo, 2000), (Payer::Amc, 900)]));
    let workstation = practice.workstation();
    let printed_by = |card| {
        let who = Hand::of(card, None).signed_in(&practice.clock);
        [workstation.duplicate_of(&fse, &who), workstation.incident_of(&fse, &who)].map(|print| print.expect("a print"))
    };
    let left_out = "les paiements des caisses, comptes du praticien, n'y figurent pas";
    let [duplicata, dossier] = printed_by("cps-gris");
    assert_all(&duplicata, &["Assurance Maladie 21,00 € 20,00 €", "Complémentaire 9,00 € 9,00 €"]);
    assert_all(&dossier, &["Assurance Maladie dû 21,00 €, reçu 20,00 €", "Virements", "SIM-VIREMENT-1", "20/01/2026"]);
    for print in [&duplicata, &dossier] {
        assert!(!text(print).contains(left_out), "nothing is left out for whose accounts they are");
    }
    let [duplicata, dossier] = printed_by("cpe-mauve");
    // The claim itself, its lot and its answer are all there.
    assert_all(&duplicata, &["21,00 € 9,00 € 30,00 €", "positif, du 16/01/2026", "Patient 0,00 €", left_out]);
    assert_all(&dossier, &[&lot.to_string(), "positif, du 16/01/2026", "FSE signée", left_out]);
    for print in [&duplicata, &dossier] {
        let said = text(print);
        for account in ["20,00 €", "SIM-VIREMENT-1", "Virements", "Assurance Maladie 21", "Complémentaire 9", "dû 21"]
        {
            assert!(!said.contains(account), "« {account} » in {said}");
        }
    }
}

#[test]
fn an_fse_that_went_nowhere_has_a_dossier_too() {
    let practice = Practice::new();
    let mut workstation = practice.workstation();
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let who = hand.signed_in(&practice.clock);
    let mut draft = Draft::new(&hand.vitale(), 0, workstation.now()).expect("a draft");
    draft.add_act("G");
    let fse = workstation.prepare(&draft, &who).expect("prepared");
    let document = workstation.incident_of(&fse, &who).expect("a dossier");
    assert_all(&document, &["préparée", "n'est entrée dans aucun lot", "FSE préparée"]);
    let said = text(&document);
    assert!(!said.contains("Rejet") && !said.contains("Liste nationale"), "nothing of what was not: {said}");
}

/// What the readers of a practice hold.
fn readers() -> Snapshot {
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let reader = |name: &str, card: CardView| ReaderView {
        name: name.to_owned(),
        insertions: 1,
        atr: None,
        card,
        order: 1,
        driver: None,
    };
    let readers = vec![
        reader("Lecteur 1", CardView::Cps(Box::new(hand.cps()))),
        reader("Lecteur 2", CardView::Vitale(Box::new(hand.vitale()))),
        reader("Lecteur 3", CardView::Empty),
    ];
    Snapshot { readers, service: None }
}

#[test]
fn the_page_for_an_adviser_holds_numbers_and_no_patient() {
    let sent = Sent::new();
    let gris = sent.who("cps-gris");
    let page = sent.practice.workstation().adviser_sheet(&readers(), &gris).expect("a page");
    let lot = sent.lot.to_string();
    assert_all(
        &page,
        &[
            "Fiche pour mon conseiller",
            &format!("Liasse {}", env!("CARGO_PKG_VERSION")),
            "CPS n° 00000101 (carte de test)",
            // The certificates of the invented world end with the year 2049 in UTC, an hour later in Paris.
            "certificat de signature jusqu'au 01/01/2050, d'authentification jusqu'au 01/01/2050, 3 essai(s)",
            "carte Vitale, certificat jusqu'au",
            "Lecteur 3 aucune carte",
            "3 (sécurisé) 1",
            "délai médian 0 jour(s)",
            "En attente 1",
            &format!("Lot 001, fichier {lot}"),
            "retours jamais lus",
        ],
    );
    assert_names_nobody(&page);
    assert!(page.blocks.iter().all(|block| !matches!(block, Block::PageBreak)));
    sent.answered();
    sent.rejected();
    let page = sent.practice.workstation().adviser_sheet(&readers(), &gris).expect("a page");
    assert_all(&page, &["En attente 0", "I1002 1 fois, la dernière le 20/01/2026"]);
    assert_names_nobody(&page);
    // After a month nothing of it is of the last thirty days.
    sent.practice.clock.set("2026-02-20T08:00:00Z");
    let page = sent.practice.workstation().adviser_sheet(&Snapshot::default(), &gris).expect("a page");
    let said = text(&page);
    assert!(!said.contains("sécurisé") && said.contains("Lecteurs aucun"), "{said}");
}

#[test]
fn every_print_becomes_a_pdf_and_a_page() {
    let sent = Sent::new();
    let workstation = sent.practice.workstation();
    let gris = sent.who("cps-gris");
    for print in [
        workstation.duplicate_of(&sent.fse, &gris),
        workstation.lot_sheet(sent.lot, &gris),
        workstation.incident_of(&sent.fse, &gris),
        workstation.adviser_sheet(&readers(), &gris),
    ] {
        let print = print.expect("a print");
        assert!(papers::pdf(&print).expect("a PDF").starts_with(b"%PDF-"));
        let page = prints::html(&print);
        assert!(page.contains(&format!("<h1>{}</h1>", print.title)), "{page}");
        assert_eq!(page.matches("DÉMONSTRATION").count(), 2, "{page}");
    }
}

#[test]
fn a_locum_prints_what_they_made_and_no_account() {
    let practice = Practice::new();
    let (gris, vert) = (Hand::of("cps-gris", Some("vitale-durand")), Hand::of("cps-vert", Some("vitale-durand")));
    let mut workstation = practice.workstation();
    let doctor = gris.signed_in(&practice.clock);
    let own = signed(&mut workstation, &gris, &doctor);
    let asked = workstation.begin_session(&week_of(&vert), &gris.cps(), &doctor).expect("asked");
    workstation.finish_session(asked.by(&gris).expect("signed")).expect("prepared");
    practice.clock.set("2026-01-19T09:00:00Z");
    let locum = workstation.admit("CPS", &vert.cps(), Wanted::Anything).expect("the locum");
    let theirs = signed(&mut workstation, &vert, &locum);
    workstation.settle(&theirs, &locum, SettlementMode::Cheque).expect("settled");

    let duplicate = workstation.duplicate_of(&theirs, &locum).expect("a duplicata");
    assert_all(&duplicate, &["GRIS ANNE", "VERT", "991010778"]);
    assert_all(&workstation.receipt_of(&theirs, &locum).expect("a receipt"), &["chèque", "VERT", "30,00 €"]);
    assert!(workstation.incident_of(&theirs, &locum).is_ok());
    for print in [
        workstation.duplicate_of(&own, &locum),
        workstation.receipt_of(&own, &locum),
        workstation.incident_of(&own, &locum),
    ] {
        assert_eq!(code(print), "invoicing.autre_praticien");
    }
    let lot = workstation.seal_lots(&locum).expect("sealed").remove(0).name.file;
    for print in [
        workstation.lot_sheet(lot, &locum),
        workstation.deposit_slip(None, &locum),
        workstation.adviser_sheet(&readers(), &locum),
    ] {
        assert_eq!(code(print), "replacement.comptes");
    }
    // The doctor has both, and their lot says who made what.
    let doctor = gris.signed_in(&practice.clock);
    let sheet = workstation.lot_sheet(lot, &doctor).expect("a bordereau");
    assert_all(&sheet, &["fait par VERT", "Signé pas encore", "2 FSE"]);
}
