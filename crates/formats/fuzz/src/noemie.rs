//! NOEMIE framing, whoever wrote it: every entity stands where it is said to stand, and nothing is lost.

use liasse_formats::noemie::{Noemie, NoemieFault, read};

use super::{arl, place};

/// Any bytes as NOEMIE, then as a return of ours.
pub fn noemie(bytes: &[u8]) {
    let lines = place::framed(bytes);
    match read(bytes) {
        Ok(noemie) => {
            assert_eq!(noemie.lines, lines.len());
            let whole = lines.iter().map(|line| line.len() + 2).sum::<usize>() == bytes.len();
            assert!(whole && lines.first().is_some_and(|line| line.get(4..) == Some(noemie.header)));
            assert!(lines.last().is_some_and(|line| line.get(4..) == Some(noemie.trailer)));
            entities(&noemie, &lines);
        }
        Err(fault) => refused(fault, &lines),
    }
    arl(bytes);
}

/// The entities one after the other are the middle of the file, but for what fills the last line up.
fn entities(noemie: &Noemie<'_>, lines: &[&[u8]]) {
    let middle = lines.get(1..lines.len() - 1).unwrap_or_default();
    let stream: Vec<u8> = middle.iter().flat_map(|line| line.get(4..).unwrap_or_default()).copied().collect();
    let mut rest = stream.as_slice();
    for entity in &noemie.entities {
        let head = format!("{:03}{:02}", entity.id, entity.level);
        let at = rest;
        for piece in [head.as_bytes(), &entity.data, b"@"] {
            rest = rest.strip_prefix(piece).unwrap_or_else(|| panic!("an entity that is not in the file"));
        }
        // Where it is said to begin, the file goes on as the entities do, to the end of that line.
        let line = lines.get(entity.line - 1).copied().unwrap_or_default();
        assert!(entity.line > 1 && entity.column > 4 && entity.column <= line.len(), "outside the middle lines");
        assert!(at.starts_with(line.get(entity.column - 1..).unwrap_or_default()), "it begins elsewhere");
    }
    assert!(rest.iter().all(|byte| matches!(byte, b' ' | 0)), "an entity was passed over");
}

/// Framing faults point into the file.
pub fn refused(fault: NoemieFault, lines: &[&[u8]]) {
    match fault {
        NoemieFault::Length { line } => assert_eq!(line, lines.len() + 1, "the first line that is none"),
        NoemieFault::Missing { .. } => {}
        NoemieFault::Entity { line, column } => {
            let length = line.checked_sub(1).and_then(|index| lines.get(index)).map_or(0, |line| line.len());
            assert!(line > 1 && line < lines.len() && column > 4 && column <= length, "outside the middle lines");
        }
        NoemieFault::Count { found, expected } => {
            assert!(found != expected && usize::try_from(expected) == Ok(lines.len()))
        }
    }
}
