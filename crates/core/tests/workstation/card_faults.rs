//! Every operation on a card or a telephone × every fault of the simulator, through both lanes: one sentence each time, nothing
//! lost, and once the fault is over the same FSE is signed under the same number and the same lot leaves.
//! Not the dialogue (`cardsim` fails it at every single APDU): here what a fault leaves behind.

mod readers;

use std::ops::Range;

use liasse_cards::{CardError, ChannelError};
use liasse_cardsim::Fault;
use liasse_core::cards::{CardDesk, CardView, LastTry, Snapshot};
use liasse_core::desk::Wanted;
use liasse_core::invoicing::Draft;
use liasse_core::lane::Lane;
use liasse_core::signing::{finish_lots, sign_fse};
use liasse_core::{CoreError, Workstation};
use liasse_domain::lot::LotState;
use liasse_domain::{Clock, Coded, Digits, DocumentState, FseRef, catalogue};
use liasse_store::FseRow;

use crate::support::{Hand, Practice, TestClock, gate, phone, shown_by};
use readers::{Code, Counting, Trouble};

const CPS: &str = "CPS";
const VITALE: &str = "Vitale";
const PATIENT: &str = "vitale-durand";
const LIVES: &str = "the lane lives";

/// Up to so many commands a fault comes before each of them.
const FEW: u32 = 8;

/// What is done with the cards from their insertion on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    /// Both cards are read, the PIN verified, the situations read, an FSE signed by both.
    Fse,
    /// The CPS is read, its PIN verified, its situations read, every lot sealed and signed.
    Lot,
    /// An FSE whose PIN is changed in the place of being given.
    Change,
    /// An FSE whose PIN gets another value by the unblocking code.
    Unblock,
    /// An FSE before which the tries of the unblocking code are counted.
    Count,
    /// An FSE of a patient who has a telephone in the place of a card.
    Phone,
}

/// How many commands each card had heard when a step was done.
#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    cps: u32,
    vitale: u32,
}

/// What was heard when all was well.
struct Measured {
    /// After the cards were read, and after the step behind that.
    read: Heard,
    next: Heard,
    /// After the last code.
    given: u32,
    /// After the situations were read, and at the end.
    unlocked: Heard,
    signed: Heard,
    /// The commands that carried a code.
    codes: Vec<[u8; 3]>,
}

/// An operation: during which commands of which card it runs.
struct Operation {
    name: &'static str,
    work: Work,
    reader: &'static str,
    commands: Range<u32>,
}

impl Operation {
    /// Before which of its commands a fault begins: each of a few, else the first, the middle and the last.
    fn moments(&self) -> Vec<u32> {
        let Range { start, end } = self.commands;
        if end - start <= FEW { (start..end).collect() } else { vec![start, start.midpoint(end), end - 1] }
    }
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
        let cards = lane(&readers, &practice.clock);
        let hand = Hand::of("cps-gris", Some(PATIENT));
        Self { workstation: practice.lane(), cards, readers, hand, practice, made: Vec::new() }
    }

    fn asked<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut Workstation) -> Result<T, CoreError> + Send + 'static,
    ) -> Result<T, CoreError> {
        self.workstation.handle().call(ask).expect(LIVES)
    }

    /// One G, prepared; it takes the number after the last one.
    fn prepared(&mut self, work: Work) -> FseRef {
        let (card, who) = (self.hand.vitale(), self.hand.signed_in(&self.practice.clock));
        let shown = shown_by(&phone(PATIENT), self.practice.clock.now()).expect("a context");
        let made = self.asked(move |ws| {
            let vitale = if work == Work::Phone { ws.read_apcv(&shown)? } else { card };
            let mut draft = Draft::new(&vitale, 0, ws.now())?;
            draft.add_act("G");
            ws.prepare(&draft, &who)
        });
        let fse = made.expect("prepared");
        self.made.push(fse.clone());
        assert_eq!(usize::try_from(fse.number.get()), Ok(self.made.len()), "no number is burnt, none is given twice");
        fse
    }

    fn insert(&self, work: Work, reader: &str, trouble: Trouble) {
        match (work, reader) {
            (_, CPS) => self.readers.insert(CPS, "cps-gris", trouble),
            (Work::Phone, _) => self.readers.lay(VITALE, PATIENT, self.practice.clock.now(), trouble),
            _ => self.readers.insert(VITALE, PATIENT, trouble),
        }
    }

    fn insert_good_ones(&self, work: Work) {
        self.insert(work, CPS, Trouble::Nothing);
        self.insert(work, VITALE, Trouble::Nothing);
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
            (_, Ok(CardView::Vitale(vitale))) => Some(*vitale),
            (_, Ok(other)) => panic!("{other:?} where a Vitale is"),
            (_, Err(error)) => return Err(error.into()),
        };
        step();
        if work == Work::Count {
            self.cards.handle().call(|desk| desk.unblocking_state(CPS)).expect(LIVES)?;
            step();
        }
        self.cards.handle().call(move |desk| unlock(desk, work)).expect(LIVES)?;
        step();
        let CardView::Cps(cps) = view(&self.looked(), CPS)? else { panic!("a CPS was read") };
        let who = self.asked(move |ws| ws.admit(CPS, &cps, Wanted::Anything))?;
        let (workstation, cards) = (self.workstation.handle(), self.cards.handle());
        match work {
            Work::Lot => finish_lots(&workstation, &cards, &who).map(drop)?,
            _ => sign_fse(&workstation, &cards, fse, &who, vitale.as_ref()).map(drop)?,
        }
        step();
        Ok(())
    }

    /// Where each operation lies in what the cards hear when all is well.
    fn operations(&mut self) -> Vec<Operation> {
        let works = [Work::Fse, Work::Lot, Work::Change, Work::Unblock, Work::Count, Work::Phone];
        let [fse, lot, change, unblock, count, phone] = works.map(|work| self.measured(work));
        let (read, verify): (Heard, [u8; 3]) = (fse.read, [0x20, 0x00, 0x01]);
        assert_eq!([&fse.codes, &lot.codes, &count.codes, &phone.codes], [&[verify]; 4]);
        assert_eq!(change.codes, [[0x24, 0x00, 0x01], verify]);
        assert_eq!(unblock.codes, [[0x20, 0x00, 0x02], [0x2C, 0x02, 0x01], verify]);
        let operation = |name, work, reader, commands| Operation { name, work, reader, commands };
        let all = vec![
            operation("read the CPS", Work::Fse, CPS, 0..read.cps),
            operation("verify the PIN", Work::Fse, CPS, read.cps..fse.given),
            operation("read the situations", Work::Fse, CPS, fse.given..fse.unlocked.cps),
            operation("sign an FSE with the CPS", Work::Fse, CPS, fse.unlocked.cps..fse.signed.cps),
            operation("read the Vitale", Work::Fse, VITALE, 0..read.vitale),
            operation("sign an FSE with the Vitale", Work::Fse, VITALE, read.vitale..fse.signed.vitale),
            operation("sign a lot", Work::Lot, CPS, lot.unlocked.cps..lot.signed.cps),
            operation("change the PIN", Work::Change, CPS, read.cps..change.given),
            operation("unblock the PIN", Work::Unblock, CPS, read.cps..unblock.given),
            operation("count the unblocking code", Work::Count, CPS, read.cps..count.next.cps),
            operation("read a telephone", Work::Phone, VITALE, 0..phone.read.vitale),
        ];
        assert!(all.iter().all(|one| !one.commands.is_empty()), "each operation says something to its card");
        all
    }

    fn measured(&mut self, work: Work) -> Measured {
        let fse = self.ready(work);
        let mut done = Vec::new();
        self.insert_good_ones(work);
        self.attempt(work, &fse, &mut done).expect("without a fault");
        let [read, next, .., signed] = done.as_slice() else { panic!("three steps or more") };
        let codes = self.readers.codes(CPS);
        let given = codes.last().expect("the last code opens the card").at + 1;
        let unlocked = done[done.len() - 2];
        assert!(given < unlocked.cps, "the situations are read behind it");
        let codes = codes.iter().map(|code| code.head).collect();
        Measured { read: *read, next: *next, given, unlocked, signed: *signed, codes }
    }

    /// An FSE that waits for that work.
    fn ready(&mut self, work: Work) -> FseRef {
        let fse = self.prepared(work);
        if work == Work::Lot {
            self.insert_good_ones(Work::Fse);
            self.attempt(Work::Fse, &fse, &mut Vec::new()).expect("signed");
        }
        // A lane that has read no card yet: nothing of it is remembered, so all of it is read.
        self.readers = Counting::new();
        self.cards = lane(&self.readers, &self.practice.clock);
        fse
    }

    /// The work with a card in trouble, then with good ones. `expected` are the ways in which it may end; nothing is well.
    fn play(&mut self, operation: &Operation, trouble: Trouble, expected: &[Option<&str>]) {
        let (work, case) = (operation.work, format!("{}, {trouble:?}", operation.name));
        let fse = self.ready(work);
        let lots = self.lots().len();
        for reader in [CPS, VITALE] {
            self.insert(work, reader, if reader == operation.reader { trouble } else { Trouble::Nothing });
        }
        let result = self.attempt(work, &fse, &mut Vec::new());
        assert!(each_once(&self.readers.codes(CPS)), "{case}: a code was sent again");
        let ended = result.as_ref().err().map(|error| error.code().0);
        assert!(expected.contains(&ended), "{case}: {result:?} instead of {expected:?}");
        if let Err(error) = result {
            told(&error, &case);
            self.assert_waits(work, &fse, lots, &case);
            self.insert_good_ones(work);
            self.attempt(work, &fse, &mut Vec::new()).unwrap_or_else(|error| panic!("{case}: {error:?}"));
        }
        self.assert_done(work, &fse, lots, &case);
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
        if work == Work::Lot {
            assert_eq!(row.state, DocumentState::Signee, "{case}");
            let unsigned = self.lots().iter().filter(|(_, signed)| !signed).count();
            assert!(unsigned <= 1 && self.lots().len() == lots + unsigned, "{case}");
        } else {
            assert_eq!(row.state, DocumentState::Preparee, "{case}");
            assert_eq!((row.vitale_cms, row.cps_cms), (None, None), "{case}");
            assert_eq!(self.lots().len(), lots, "{case}");
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

fn lane(readers: &Counting, clock: &TestClock) -> Lane<CardDesk> {
    let (watched, gate) = (readers.clone(), gate(clock));
    Lane::start("cards", move || Ok::<_, ()>(CardDesk::new(Box::new(watched)).with_apcv(gate))).expect("a lane")
}

/// The code as that work has it. Where it succeeds the card is unlocked.
fn unlock(desk: &mut CardDesk, work: Work) -> Result<(), CardError> {
    let code = |text| Digits::parse(text).expect("digits");
    match work {
        Work::Change => desk.change_pin(CPS, &code("1234"), &code("5678"), LastTry::Spare),
        Work::Unblock => desk.unblock_pin(CPS, &code("12345678"), &code("5678"), LastTry::Spare),
        Work::Fse | Work::Lot | Work::Count | Work::Phone => desk.verify_pin(CPS, &code("1234")),
    }
}

/// Whether no command that carries a code was sent twice.
fn each_once(codes: &[Code]) -> bool {
    codes.iter().all(|code| codes.iter().filter(|other| other.head == code.head).count() == 1)
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

/// One sentence, with its three texts, that names nobody.
fn told(error: &CoreError, case: &str) {
    assert!(catalogue::entry(error.code()).is_some(), "{case}: {} has no text", error.code().0);
    let report = error.report();
    for text in [&report.message, &report.safe, &report.action] {
        assert!(text.len() > 3 && !text.contains('{'), "{case}: « {text} »");
        assert!(["GRIS", "DURAND", "2850499999901", "1234"].iter().all(|mark| !text.contains(mark)), "{case}");
    }
}

/// The fault at every moment of every operation.
fn during_every_operation(fault: impl Fn(u32) -> Fault, expected: &[Option<&str>]) {
    let mut bench = Bench::new();
    for operation in bench.operations() {
        for after in operation.moments() {
            bench.play(&operation, Trouble::Plays(fault(after)), expected);
        }
    }
    bench.finish();
}

/// A card that is in trouble from its insertion on, in every operation of its reader.
fn from_the_beginning(trouble: Trouble, reader: &str, expected: impl Fn(Work) -> Option<&'static str>) {
    let mut bench = Bench::new();
    for operation in bench.operations().into_iter().filter(|operation| operation.reader == reader) {
        bench.play(&operation, trouble, &[expected(operation.work)]);
    }
    bench.finish();
}

#[test]
fn a_card_pulled_in_any_operation() {
    during_every_operation(Fault::Pull, &[Some("cards.carte_retiree")]);
}

#[test]
fn a_card_that_falls_mute_in_any_operation() {
    during_every_operation(Fault::Mute, &[Some("cards.carte_muette")]);
}

#[test]
fn a_card_that_answers_6fxx_in_any_operation() {
    during_every_operation(|after| Fault::Status { sw: 0x6F42, after }, &[Some("cards.reponse_inattendue")]);
}

/// The simulator's reset comes without a word, even inside a transaction, which PC/SC does not let happen: a card may only ask for
/// its code again, or have lost the thread.
#[test]
fn a_card_that_another_program_resets_in_any_operation() {
    let ends = [
        None,
        Some("cards.code_requis"),
        Some("cards.reponse_inattendue"),
        Some("cards.contenu_illisible"),
        Some("invoicing.vitale_sans_droits"),
        Some("invoicing.situation_non_publique"),
    ];
    during_every_operation(Fault::Reset, &ends);
}

#[test]
fn a_slow_card_is_waited_for() {
    for reader in [CPS, VITALE] {
        from_the_beginning(Trouble::Plays(Fault::Slow(1)), reader, |_| None);
    }
}

#[test]
fn a_card_whose_files_lie() {
    for reader in [CPS, VITALE] {
        from_the_beginning(Trouble::Plays(Fault::Corrupt), reader, |work| match work {
            Work::Phone => Some("cards.apcv_illisible"),
            _ => Some("cards.contenu_illisible"),
        });
    }
}

#[test]
fn a_card_of_another_atr() {
    for reader in [CPS, VITALE] {
        from_the_beginning(Trouble::ForeignAtr, reader, |_| Some("cards.autre_carte_inconnue"));
    }
}

#[test]
fn a_card_whose_pin_is_blocked() {
    from_the_beginning(Trouble::Plays(Fault::Blocked), CPS, |work| match work {
        // It is what the unblocking code is for.
        Work::Unblock => None,
        _ => Some("cards.code_bloque"),
    });
}
