//! Walking from field to field: in reading order, around the end, inside a dialog while one is open; the text of the field that
//! is reached is selected, so that typing replaces it. iced's own walk leaves every field at the end, and a dialog by the side.

use iced::advanced::widget::operation::{Focusable, Operation, Outcome, TextInput, then};
use iced::advanced::widget::{Id, operate};
use iced::{Rectangle, Task};

/// The container of an open dialog.
pub const DIALOG: &str = "dialogue";

/// Which fields count, and which has the focus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fields {
    focused: Option<usize>,
    total: usize,
    /// Which way the walk goes, and where.
    forward: bool,
    in_dialog: bool,
}

/// The part of the tree in which fields count.
struct Scope {
    /// All of it where there is none.
    id: Option<Id>,
    inside: bool,
    enters: bool,
}

impl Scope {
    fn new(in_dialog: bool) -> Self {
        Self { id: in_dialog.then(|| Id::new(DIALOG)), inside: !in_dialog, enters: false }
    }

    fn container(&mut self, id: Option<&Id>) {
        self.enters = self.id.is_some() && id == self.id.as_ref();
    }

    /// Enters what comes next; gives what to come back to.
    fn enter(&mut self) -> bool {
        let before = self.inside;
        self.inside |= std::mem::take(&mut self.enters);
        before
    }
}

/// The next field, or the one before; inside the open dialog where there is one.
pub fn walk<T: Send + 'static>(forward: bool, in_dialog: bool) -> Task<T> {
    let fields = Fields { forward, in_dialog, ..Fields::default() };
    operate(then(Count { scope: Scope::new(in_dialog), fields }, |fields: Fields| {
        Reach::new(fields.in_dialog, next(fields), false)
    }))
}

/// Around the end in both directions; from nowhere to the first, or to the last.
fn next(fields: Fields) -> Option<usize> {
    let last = fields.total.checked_sub(1)?;
    Some(match (fields.focused, fields.forward) {
        (None, true) => 0,
        (None, false) | (Some(0), false) => last,
        (Some(at), true) => {
            if at >= last {
                0
            } else {
                at + 1
            }
        }
        (Some(at), false) => at - 1,
    })
}

struct Count {
    scope: Scope,
    fields: Fields,
}

impl Operation<Fields> for Count {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation<Fields>)) {
        let before = self.scope.enter();
        operate(self);
        self.scope.inside = before;
    }

    fn container(&mut self, id: Option<&Id>, _: Rectangle) {
        self.scope.container(id);
    }

    fn focusable(&mut self, _: Option<&Id>, _: Rectangle, state: &mut dyn Focusable) {
        if self.scope.inside {
            if state.is_focused() {
                self.fields.focused = Some(self.fields.total);
            }
            self.fields.total += 1;
        }
    }

    fn finish(&self) -> Outcome<Fields> {
        Outcome::Some(self.fields)
    }
}

/// Gives a field the focus, then walks once more and selects its text: focusing moves the cursor to the end.
struct Reach {
    scope: Scope,
    in_dialog: bool,
    to: Option<usize>,
    at: usize,
    selects: bool,
}

impl Reach {
    fn new(in_dialog: bool, to: Option<usize>, selects: bool) -> Self {
        Self { scope: Scope::new(in_dialog), in_dialog, to, at: 0, selects }
    }

    /// Whether the field that is told of is the one.
    fn is_there(&self) -> bool {
        self.scope.inside && self.to == Some(self.at)
    }
}

impl<T> Operation<T> for Reach {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation<T>)) {
        let before = self.scope.enter();
        operate(self);
        self.scope.inside = before;
    }

    fn container(&mut self, id: Option<&Id>, _: Rectangle) {
        self.scope.container(id);
    }

    fn text_input(&mut self, _: Option<&Id>, _: Rectangle, state: &mut dyn TextInput) {
        // A field tells its text before its focus: `at` is still its own place.
        if self.selects && self.is_there() {
            state.select_all();
        }
    }

    fn focusable(&mut self, _: Option<&Id>, _: Rectangle, state: &mut dyn Focusable) {
        match (self.selects, self.is_there()) {
            (true, _) => {}
            (false, true) => state.focus(),
            (false, false) => state.unfocus(),
        }
        self.at += usize::from(self.scope.inside);
    }

    fn finish(&self) -> Outcome<T> {
        if self.selects { Outcome::None } else { Outcome::Chain(Box::new(Self::new(self.in_dialog, self.to, true))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_walk_goes_around_in_both_directions() {
        let from = |focused, total, forward| next(Fields { focused, total, forward, in_dialog: false });
        assert_eq!(from(None, 0, true), None);
        assert_eq!((from(None, 3, true), from(None, 3, false)), (Some(0), Some(2)));
        assert_eq!((from(Some(2), 3, true), from(Some(0), 3, false)), (Some(0), Some(2)));
        assert_eq!((from(Some(0), 3, true), from(Some(2), 3, false)), (Some(1), Some(1)));
        assert_eq!((from(Some(0), 1, true), from(Some(0), 1, false)), (Some(0), Some(0)));
    }
}
