//! The three steps of signing for a test that owns the workstation and needs no lanes between them.

use liasse_core::cards::{SigningCards, VitaleView};
use liasse_core::desk::SignedIn;
use liasse_core::{CoreError, Workstation};
use liasse_domain::{FileIdentifier, FseRef};

pub trait Direct {
    fn sign(
        &mut self,
        reference: &FseRef,
        who: &SignedIn,
        vitale: Option<&VitaleView>,
        cards: &dyn SigningCards,
    ) -> Result<(), CoreError>;

    fn sign_lots(&mut self, who: &SignedIn, cards: &dyn SigningCards) -> Result<Vec<FileIdentifier>, CoreError>;
}

impl Direct for Workstation {
    fn sign(
        &mut self,
        reference: &FseRef,
        who: &SignedIn,
        vitale: Option<&VitaleView>,
        cards: &dyn SigningCards,
    ) -> Result<(), CoreError> {
        let signed = self.begin_fse(reference, who, vitale)?.by(cards)?;
        self.finish_fse(signed).map(drop)
    }

    fn sign_lots(&mut self, who: &SignedIn, cards: &dyn SigningCards) -> Result<Vec<FileIdentifier>, CoreError> {
        let mut ready = Vec::new();
        for lot in self.begin_lots(who)? {
            let signed = lot.by(cards)?;
            ready.push(self.finish_lot(signed)?);
        }
        Ok(ready)
    }
}
