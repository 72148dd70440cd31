//! Which cards go together: a test card with test cards, a patient's Vitale with that patient on the screen. Where they do not,
//! both are shown side by side and nothing is signed. Rules: reference cards 2.6 (F026, R « CPS de test et Vitale réelle »)
//! and issue 7, « Refusals before harm ».

use liasse_cards::vitale::VitaleRead;
use liasse_domain::{Beneficiary, BirthDate, CardHolder, Nir, Private};

use super::VitaleView;
use crate::invoicing::{Draft, InvoicingError};

/// What tells one patient from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    /// Family and given name.
    pub name: Private,
    /// Birth date, as the card has it.
    pub birth_date: Option<BirthDate>,
    /// The number under which they are insured.
    pub insured: Option<Nir>,
}

/// The patient on the screen and the one on the card, who are not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// On the screen.
    pub screen: Face,
    /// On the card: the same person under another number, where the card has them, else the first. The insured person may be the
    /// same, where the card does not name the patient.
    pub card: Face,
    /// How many more people the card has.
    pub others: usize,
    /// Whether it is the same person under another insured person's number: a child on both parents' cards.
    pub same_person: bool,
}

/// Whether a professional's card and a Vitale are of one world. A Vitale whose rights cannot be read is taken for a real one.
///
/// # Errors
/// [`InvoicingError::MixedWorlds`].
pub fn same_world(holder: &CardHolder, vitale: &VitaleRead) -> Result<(), InvoicingError> {
    let is_test = vitale.content.as_ref().is_some_and(|content| content.insured.test_card);
    if is_test == holder.test_card { Ok(()) } else { Err(InvoicingError::MixedWorlds) }
}

/// Whether a Vitale is that insured person's and names that beneficiary, by birth date and rang gémellaire; nobody is asked for where it
/// may lack them: a newborn. The public files of a real card give no rank.
pub(crate) fn names(vitale: &VitaleRead, insured: Nir, person: Option<(BirthDate, u8)>) -> bool {
    match &vitale.content {
        Some(content) => {
            let named = |person: (BirthDate, u8)| content.beneficiaries.iter().any(|one| one.identity() == person);
            content.insured.nir == insured && person.is_none_or(named)
        }
        None => {
            let named = |(birth_date, _): (BirthDate, u8)| vitale.public.iter().any(|one| one.birth_date == birth_date);
            vitale.public.first().and_then(|first| first.nir) == Some(insured) && person.is_none_or(named)
        }
    }
}

/// What tells the patient of a draft from the card in the reader; `None` where the card is their insured person's and names them.
pub fn difference(draft: &Draft, vitale: &VitaleView) -> Option<Difference> {
    let (person, insured) = (draft.person(), draft.card().insured.nir);
    if names(&vitale.read, insured, (!draft.is_for_newborn()).then(|| person.identity())) {
        return None;
    }
    let screen = face(person, Some(insured));
    let (card, others) = match &vitale.read.content {
        Some(content) => {
            let numbered = |one: &Beneficiary| face(one, Some(content.insured.nir));
            chosen(content.beneficiaries.iter().map(numbered).collect(), &screen)?
        }
        None => {
            // Of a real card there are names, birth dates and numbers: the insured person is the first.
            let first = vitale.read.public.first().and_then(|one| one.nir);
            let numbered = vitale.read.public.iter().map(|one| Face {
                name: Private::new(format!("{} {}", one.family_name.reveal(), one.given_name.reveal())),
                birth_date: Some(one.birth_date),
                insured: first,
            });
            chosen(numbered.collect(), &screen)?
        }
    };
    let same_person = card.name == screen.name && card.birth_date == screen.birth_date;
    Some(Difference { screen, card, others, same_person })
}

fn face(person: &Beneficiary, insured: Option<Nir>) -> Face {
    Face {
        name: Private::new(format!("{} {}", person.family_name.reveal(), person.given_name.reveal())),
        birth_date: Some(person.birth_date),
        insured,
    }
}

/// The one of a card who is to be compared, and how many more there are. A card that names nobody compares with nobody.
fn chosen(all: Vec<Face>, screen: &Face) -> Option<(Face, usize)> {
    let others = all.len().saturating_sub(1);
    let same = all.iter().find(|one| one.name == screen.name && one.birth_date == screen.birth_date).cloned();
    same.or_else(|| all.into_iter().next()).map(|face| (face, others))
}
