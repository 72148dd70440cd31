//! `cards watch`: what goes into the readers of this computer and out of them, one line in JSON a change, until standard input
//! ends. Reads cards and asks for no code; needs no data directory.

use std::io::{self, Read};

use liasse_core::cards::{CardDesk, CardView, Snapshot};
use liasse_core::lane::{Lane, LaneEnded, StartError};
use liasse_demo::readers::Readers;
use liasse_domain::{CardKind, Coded};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output;

pub(crate) fn run() -> Result<(), Failure> {
    let make = || Readers::of_this_computer().map(|readers| CardDesk::to_read(Box::new(readers)));
    let lane = match Lane::start("liasse-cartes", make) {
        Ok(lane) => lane,
        Err(StartError::Resident(error)) => return Err(error.into()),
        Err(StartError::Thread) => return Err(LaneEnded.into()),
    };
    lane.handle().post(|desk| {
        // Whoever no longer reads the lines ends the call by its input.
        desk.subscribe(Box::new(|snapshot| drop(output::line(&told(snapshot).to_string()))));
    })?;
    // What is typed says nothing; its end does.
    let mut ignored = [0; 256];
    let mut input = io::stdin().lock();
    while input.read(&mut ignored).is_ok_and(|count| count > 0) {}
    Ok(())
}

fn told(snapshot: &Snapshot) -> Value {
    let reader = |reader: &liasse_core::cards::ReaderView| {
        let (kind, code) = match &reader.card {
            CardView::Empty => (None, None),
            CardView::Cps(cps) => (Some(cps.identity.kind), None),
            CardView::Vitale(_) => (Some(CardKind::Vitale2), None),
            CardView::Unknown { kind, .. } => (Some(*kind), None),
            CardView::Failed(error) => (None, Some(error.code().0)),
        };
        json!({ "reader": reader.name, "kind": kind, "error": code })
    };
    let readers: Vec<Value> = snapshot.readers.iter().map(reader).collect();
    json!({ "v": 1, "service": snapshot.service.as_ref().map(|report| &report.code), "readers": readers })
}
