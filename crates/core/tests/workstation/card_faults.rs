//! Every operation on a card × every fault of the simulator, through both lanes: one sentence each time, nothing lost, and
//! once the fault is over the same FSE is signed under the same number and the same lot leaves.
//! Not the dialogue (`cardsim` fails it at every single APDU): here what a fault leaves behind.

mod readers;

use std::ops::Range;

use liasse_cards::{CardError, ChannelError};
use liasse_cardsim::Fault;
use liasse_core::cards::{CardDesk, CardView, Snapshot};
use liasse_core::desk::Wanted;
use liasse_core::invoicing::Draft;
use liasse_core::lane::Lane;
use liasse_core::signing::{finish_lots, sign_fse};
use liasse_core::{CoreError, Workstation};
use liasse_domain::lot::LotState;
use liasse_domain::{Coded, Digits, DocumentState, FseRef, catalogue};
use liasse_store::FseRow;

use crate::support::{Hand, Practice};
use readers::{Counting, Trouble};

const CPS: &str = "CPS";
const VITALE: &str = "Vitale";
const LIVES: &str = "the lane lives";

/// What is done with the cards from their insertion on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    /// Both cards are read, the PIN verified, the situations read, an FSE signed by both.
    Fse,
    /// The CPS is read, its PIN verified, its situations read, every lot sealed and signed.
    Lot,
}

/// How many commands each card had heard when a step was done.
#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    cps: u32,
    vitale: u32,
}

/// An operation: during which commands of which card it runs.
struct Operation {
    name: &'static str,
    work: Work,
    reader: &'static str,
    commands: Range<u32>,
}

/// A practice whose workstation and cards have their lanes.
struct Bench {
    workstation: Lane<Workstation>,
    cards: Lane<CardDesk>,
    readers: Counting,
    /// Good cards, for what comes before.
    hand: Hand,
    practice: Practice,
    made: Vec<FseRef>,
}

impl Bench {
    fn new() -> Self {
        let practice = Practice::new();
        let readers = Counting::new();
        let cards = lane(&readers);
        let hand = Hand::of("cps-gris", Some("vitale-durand"));
        Self { workstation: practice.lane(), cards, readers, hand, practice, made: Vec::new() }
    }

    fn asked<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut Workstation) -> Result<T, CoreError> + Send + 'static,
    ) -> Result<T, CoreError> {
        self.workstation.handle().call(ask).expect(LIVES)
    }

    /// One G, prepared; it takes the number after the last one.
    fn prepared(&mut self) -> FseRef {
        let (vitale, who) = (self.hand.vitale(), self.hand.signed_in(&self.practice.clock));
        let made = self.asked(move |ws| {
            let mut draft = Draft::new(&vitale, 0, ws.now())?;
            draft.add_act("G");
            ws.prepare(&draft, &who)
        });
        let fse = made.expect("prepared");
        self.made.push(fse.clone());
        assert_eq!(usize::try_from(fse.number.get()), Ok(self.made.len()), "no number is burnt, none is given twice");
        fse
    }

    fn insert(&self, reader: &str, trouble: Trouble) {
        self.readers.insert(reader, if reader == CPS { "cps-gris" } else { "vitale-durand" }, trouble);
    }

    fn insert_good_ones(&self) {
        self.insert(CPS, Trouble::Nothing);
        self.insert(VITALE, Trouble::Nothing);
    }

    fn looked(&self) -> Snapshot {
        let look = |desk: &mut CardDesk| {
            desk.refresh();
            desk.snapshot()
        };
        self.cards.handle().call(look).expect(LIVES)
    }

    /// Does the work with the cards that are in; after each step, what they had heard.
    fn attempt(&self, work: Work, fse: &FseRef, done: &mut Vec<Heard>) -> Result<(), CoreError> {
        let mut step = || done.push(Heard { cps: self.readers.heard(CPS), vitale: self.readers.heard(VITALE) });
        let snapshot = self.looked();
        view(&snapshot, CPS)?;
        let vitale = match (work, view(&snapshot, VITALE)) {
            (Work::Lot, _) => None,
            (Work::Fse, Ok(CardView::Vitale(vitale))) => Some(*vitale),
            (Work::Fse, Ok(other)) => panic!("{other:?} where a Vitale is"),
            (Work::Fse, Err(error)) => return Err(error.into()),
        };
        step();
        let pin = |desk: &mut CardDesk| desk.verify_pin(CPS, &Digits::parse("1234").expect("digits"));
        self.cards.handle().call(pin).expect(LIVES)?;
        step();
        let CardView::Cps(cps) = view(&self.looked(), CPS)? else { panic!("a CPS was read") };
        let who = self.asked(move |ws| ws.admit(CPS, &cps, Wanted::Anything))?;
        let (workstation, cards) = (self.workstation.handle(), self.cards.handle());
        match work {
            Work::Fse => sign_fse(&workstation, &cards, fse, &who, vitale.as_ref()).map(drop)?,
            Work::Lot => finish_lots(&workstation, &cards, &who).map(drop)?,
        }
        step();
        Ok(())
    }

    /// Where each operation lies in what the cards hear when all is well.
    fn operations(&mut self) -> Vec<Operation> {
        let mut measured = |work| {
            let fse = self.ready(work);
            let mut done = Vec::new();
            self.insert_good_ones();
            self.attempt(work, &fse, &mut done).expect("without a fault");
            let pins = self.readers.pins(CPS);
            let [read, verified, signed] = done.as_slice() else { panic!("three steps") };
            let [pin] = pins.as_slice() else { panic!("the PIN is sent once") };
            (*read, pin + 1, *verified, *signed)
        };
        let (read, pin, verified, signed) = measured(Work::Fse);
        let (_, _, lot_verified, lot_signed) = measured(Work::Lot);
        let operation = |name, work, reader, commands| Operation { name, work, reader, commands };
        let all = vec![
            operation("read the CPS", Work::Fse, CPS, 0..read.cps),
            operation("verify the PIN", Work::Fse, CPS, read.cps..pin),
            operation("read the situations", Work::Fse, CPS, pin..verified.cps),
            operation("sign an FSE with the CPS", Work::Fse, CPS, verified.cps..signed.cps),
            operation("read the Vitale", Work::Fse, VITALE, 0..read.vitale),
            operation("sign an FSE with the Vitale", Work::Fse, VITALE, read.vitale..signed.vitale),
            operation("sign a lot", Work::Lot, CPS, lot_verified.cps..lot_signed.cps),
        ];
        assert!(all.iter().all(|one| !one.commands.is_empty()), "each operation says something to its card");
        all
    }

    /// An FSE that waits for that work.
    fn ready(&mut self, work: Work) -> FseRef {
        let fse = self.prepared();
        if work == Work::Lot {
            self.insert_good_ones();
            self.attempt(Work::Fse, &fse, &mut Vec::new()).expect("signed");
        }
        // A lane that has read no card yet: nothing of it is remembered, so all of it is read.
        self.readers = Counting::new();
        self.cards = lane(&self.readers);
        fse
    }

    /// The work with a card in trouble, then with good ones.
    fn play(&mut self, operation: &Operation, trouble: Trouble, expected: Option<&str>) {
        let case = format!("{}, {trouble:?}", operation.name);
        let fse = self.ready(operation.work);
        let lots = self.lots().len();
        for reader in [CPS, VITALE] {
            self.insert(reader, if reader == operation.reader { trouble } else { Trouble::Nothing });
        }
        let result = self.attempt(operation.work, &fse, &mut Vec::new());
        assert!(self.readers.pins(CPS).len() <= 1, "{case}: the PIN was sent again");
        match (result, expected) {
            (Ok(()), None) => {}
            (Err(error), Some(code)) => {
                told(&error, code, &case);
                self.assert_waits(operation.work, &fse, lots, &case);
                self.insert_good_ones();
                self.attempt(operation.work, &fse, &mut Vec::new()).unwrap_or_else(|error| panic!("{case}: {error:?}"));
            }
            (result, expected) => panic!("{case}: {result:?} instead of {expected:?}"),
        }
        self.assert_done(operation.work, &fse, lots, &case);
    }

    /// Numbers of the lots, and whether each is signed.
    fn lots(&self) -> Vec<(u32, bool)> {
        let lots = self.asked(|ws| Ok(ws.store().lots()?)).expect("read");
        lots.into_iter().map(|lot| (u32::from(lot.name.number.get()), lot.state == LotState::Signe)).collect()
    }

    fn row(&self, fse: &FseRef) -> FseRow {
        let fse = fse.clone();
        self.asked(move |ws| Ok(ws.store().fse(&fse)?)).expect("read").expect("the FSE is there")
    }

    /// The FSE is where it was before the work, under its number; a lot that was sealed waits for its signature.
    fn assert_waits(&self, work: Work, fse: &FseRef, lots: usize, case: &str) {
        let row = self.row(fse);
        assert_eq!(row.reference, *fse, "{case}");
        match work {
            Work::Fse => {
                assert_eq!(row.state, DocumentState::Preparee, "{case}");
                assert_eq!((row.vitale_cms, row.cps_cms), (None, None), "{case}");
                assert_eq!(self.lots().len(), lots, "{case}");
            }
            Work::Lot => {
                assert_eq!(row.state, DocumentState::Signee, "{case}");
                let unsigned = self.lots().iter().filter(|(_, signed)| !signed).count();
                assert!(unsigned <= 1 && self.lots().len() == lots + unsigned, "{case}");
            }
        }
    }

    fn assert_done(&self, work: Work, fse: &FseRef, lots: usize, case: &str) {
        let row = self.row(fse);
        assert_eq!((row.state, row.reference), (DocumentState::Signee, fse.clone()), "{case}");
        assert!(row.vitale_cms.is_some() && row.cps_cms.is_some(), "{case}");
        let more = usize::from(work == Work::Lot);
        assert_eq!(row.lot.is_some(), work == Work::Lot, "{case}");
        assert_eq!(self.lots().len(), lots + more, "{case}: one lot, not two");
    }

    /// Every number once, from 1 on, everything signed, the journal whole.
    fn finish(self) {
        let documents = self.asked(|ws| Ok(ws.ledger()?.documents.len())).expect("read");
        assert_eq!(documents, self.made.len(), "as many documents as were prepared");
        assert!(self.made.iter().all(|fse| self.row(fse).state == DocumentState::Signee));
        let mut lots = self.lots();
        lots.sort_unstable();
        let whole: Vec<_> = (1..).zip(&lots).map(|(number, _)| (number, true)).collect();
        assert_eq!(lots, whole, "every lot signed, every number used once");
        let to_send = self.asked(|ws| Ok(ws.store().to_send()?.len())).expect("read");
        assert_eq!(to_send, lots.len());
        let report = self.asked(|ws| Ok(ws.store().journal_verify()?)).expect("read");
        assert_eq!(report.faults, Vec::new());
    }
}

fn lane(readers: &Counting) -> Lane<CardDesk> {
    let watched = readers.clone();
    Lane::start("cards", move || Ok::<_, ()>(CardDesk::new(Box::new(watched)))).expect("a lane")
}

/// What is seen in a reader, or the error that is said of it.
fn view(snapshot: &Snapshot, reader: &str) -> Result<CardView, CardError> {
    match snapshot.reader(reader).map(|reader| reader.card.clone()) {
        Some(CardView::Failed(error)) => Err(error),
        Some(CardView::Unknown { kind, .. }) => Err(CardError::NotThatCard { kind }),
        Some(CardView::Empty) | None => Err(CardError::Channel(ChannelError::Removed)),
        Some(card) => Ok(card),
    }
}

/// One code, with its three texts, that names nobody.
fn told(error: &CoreError, expected: &str, case: &str) {
    assert_eq!(error.code().0, expected, "{case}: {error:?}");
    assert!(catalogue::entry(error.code()).is_some(), "{case}: {expected} has no text");
    let report = error.report();
    for text in [&report.message, &report.safe, &report.action] {
        assert!(text.len() > 3 && !text.contains('{'), "{case}: « {text} »");
        assert!(["GRIS", "DURAND", "2850499999901", "1234"].iter().all(|mark| !text.contains(mark)), "{case}");
    }
}

/// The fault from the first, the middle and the last command of every operation on.
fn during_every_operation(fault: impl Fn(u32) -> Fault, expected: &str) {
    let mut bench = Bench::new();
    for operation in bench.operations() {
        let Range { start, end } = operation.commands;
        let mut moments = vec![start, start.midpoint(end), end - 1];
        moments.dedup();
        for after in moments {
            bench.play(&operation, Trouble::Plays(fault(after)), Some(expected));
        }
    }
    bench.finish();
}

/// A card that is in trouble from its insertion on.
fn from_the_beginning(trouble: Trouble, reader: &str, expected: Option<&str>) {
    let mut bench = Bench::new();
    for operation in bench.operations().into_iter().filter(|operation| operation.reader == reader) {
        bench.play(&operation, trouble, expected);
    }
    bench.finish();
}

#[test]
fn a_card_pulled_in_any_operation() {
    during_every_operation(Fault::Pull, "cards.carte_retiree");
}

#[test]
fn a_card_that_falls_mute_in_any_operation() {
    during_every_operation(Fault::Mute, "cards.carte_muette");
}

#[test]
fn a_card_that_answers_6fxx_in_any_operation() {
    during_every_operation(|after| Fault::Status { sw: 0x6F42, after }, "cards.reponse_inattendue");
}

#[test]
fn a_slow_card_is_waited_for() {
    for reader in [CPS, VITALE] {
        from_the_beginning(Trouble::Plays(Fault::Slow(1)), reader, None);
    }
}

#[test]
fn a_card_whose_files_lie() {
    for reader in [CPS, VITALE] {
        from_the_beginning(Trouble::Plays(Fault::Corrupt), reader, Some("cards.contenu_illisible"));
    }
}

#[test]
fn a_card_of_another_atr() {
    for reader in [CPS, VITALE] {
        from_the_beginning(Trouble::ForeignAtr, reader, Some("cards.autre_carte_inconnue"));
    }
}

#[test]
fn a_card_whose_pin_is_blocked() {
    from_the_beginning(Trouble::Plays(Fault::Blocked), CPS, Some("cards.code_bloque"));
}
