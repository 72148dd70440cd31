//! Every refusal and failure a use case can end with, each carrying the code of the crate it comes from.

use liasse_domain::{Code, Coded};

/// The error of a use case.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// The data directory.
    #[error(transparent)]
    Directory(#[from] crate::data_dir::DirError),
    /// The store.
    #[error(transparent)]
    Store(#[from] liasse_store::StoreError),
    /// A card.
    #[error(transparent)]
    Card(#[from] liasse_cards::CardError),
    /// Who is signed in.
    #[error(transparent)]
    Desk(#[from] crate::desk::DeskError),
    /// What a role may not, where no part of the program has words of its own for it.
    #[error(transparent)]
    Access(crate::access::Refused),
    /// A billing situation as typed.
    #[error(transparent)]
    Situation(#[from] crate::situation::SituationFault),
    /// A replacement session.
    #[error(transparent)]
    Replacement(#[from] crate::replacement::ReplacementError),
    /// A sealed statement.
    #[error(transparent)]
    Seal(#[from] crate::statement::SealFault),
    /// The clock is behind the journal.
    #[error(transparent)]
    Clock(#[from] crate::soundness::ClockBehind),
    /// The clock is far ahead of the journal.
    #[error(transparent)]
    ClockAhead(#[from] crate::soundness::ClockAhead),
    /// What the journal was asked about.
    #[error(transparent)]
    Subject(#[from] crate::journal::NoSubject),
    /// A paper sheet.
    #[error(transparent)]
    Paper(#[from] crate::paper::PaperError),
    /// A file between two posts.
    #[error(transparent)]
    Exchange(#[from] crate::exchange::ExchangeError),
    /// Its cipher.
    #[error(transparent)]
    Parcel(#[from] liasse_formats::parcel::ParcelError),
    /// What waits for a signature.
    #[error(transparent)]
    Desync(#[from] crate::desync::DesyncError),
    /// A PDF.
    #[error(transparent)]
    Print(#[from] liasse_print::PrintError),
    /// The guard before a signature.
    #[error(transparent)]
    Guard(#[from] crate::guard::Refused),
    /// Making the claim.
    #[error(transparent)]
    Invoicing(#[from] crate::invoicing::InvoicingError),
    /// Sets of acts.
    #[error(transparent)]
    Sets(#[from] crate::invoicing::SetError),
    /// An accident at work.
    #[error(transparent)]
    Accident(#[from] crate::invoicing::AccidentError),
    /// Acts that were typed.
    #[error(transparent)]
    Typed(#[from] liasse_pricing::TypedError),
    /// A patient who is not found.
    #[error(transparent)]
    Patient(#[from] crate::people::UnknownPatient),
    /// Pricing.
    #[error(transparent)]
    Price(#[from] liasse_pricing::PriceError),
    /// Rendering the claim.
    #[error(transparent)]
    Render(#[from] liasse_formats::b2::RenderError),
    /// Signatures and encryption.
    #[error(transparent)]
    Cms(#[from] liasse_formats::cms::CmsError),
    /// The order of signatures.
    #[error(transparent)]
    Signing(#[from] liasse_domain::fse::SigningOrder),
    /// A caisse without certificate.
    #[error(transparent)]
    Caisse(#[from] crate::directory::UnknownCaisse),
    /// Sending.
    #[error(transparent)]
    Send(#[from] liasse_post::SendError),
    /// A sending whose end is not on the disk.
    #[error(transparent)]
    Unwritten(#[from] crate::sending::EndUnwritten),
    /// Fetching.
    #[error(transparent)]
    Fetch(#[from] liasse_post::FetchError),
    /// Settings.
    #[error(transparent)]
    Setting(#[from] crate::settings::SettingError),
    /// A lane has ended.
    #[error(transparent)]
    Lane(#[from] crate::lane::LaneEnded),
    /// No key for the store.
    #[error(transparent)]
    Key(#[from] crate::ports::NoKey),
    /// An identifier that was typed.
    #[error(transparent)]
    Identifier(#[from] liasse_domain::ids::IdError),
    /// Writing an export.
    #[error(transparent)]
    Export(#[from] crate::export::ExportError),
    /// A file that somebody named.
    #[error(transparent)]
    Call(#[from] liasse_domain::CallError),
    /// A mutuelle card as typed.
    #[error(transparent)]
    Mutuelle(#[from] liasse_domain::complementary::MutuelleFault),
    /// The table of conventions.
    #[error(transparent)]
    Convention(#[from] crate::conventions::ConventionError),
    /// The incidents of the practice.
    #[error(transparent)]
    Incident(#[from] crate::incidents::IncidentError),
    /// A scanned document.
    #[error(transparent)]
    Scan(#[from] liasse_formats::media::ScanFault),
    /// An open export, or one that is taken in.
    #[error(transparent)]
    OpenData(#[from] crate::opendata::OpenDataError),
    /// The tables of the practice.
    #[error(transparent)]
    Tariff(#[from] crate::tariffs::TariffError),
}

impl CoreError {
    fn inner(&self) -> &dyn Coded {
        match self {
            Self::Directory(error) => error,
            Self::Store(error) => error,
            Self::Card(error) => error,
            Self::Desk(error) => error,
            Self::Access(error) => error,
            Self::Situation(error) => error,
            Self::Replacement(error) => error,
            Self::Seal(error) => error,
            Self::Clock(error) => error,
            Self::ClockAhead(error) => error,
            Self::Subject(error) => error,
            Self::Paper(error) => error,
            Self::Exchange(error) => error,
            Self::Parcel(error) => error,
            Self::Desync(error) => error,
            Self::Print(error) => error,
            Self::Guard(error) => error,
            Self::Invoicing(error) => error,
            Self::Sets(error) => error,
            Self::Accident(error) => error,
            Self::Typed(error) => error,
            Self::Patient(error) => error,
            Self::Price(error) => error,
            Self::Render(error) => error,
            Self::Cms(error) => error,
            Self::Signing(error) => error,
            Self::Caisse(error) => error,
            Self::Send(error) => error,
            Self::Unwritten(error) => error,
            Self::Fetch(error) => error,
            Self::Setting(error) => error,
            Self::Lane(error) => error,
            Self::Key(error) => error,
            Self::Identifier(error) => error,
            Self::Export(error) => error,
            Self::Call(error) => error,
            Self::Mutuelle(error) => error,
            Self::Convention(error) => error,
            Self::Incident(error) => error,
            Self::Scan(error) => error,
            Self::OpenData(error) => error,
            Self::Tariff(error) => error,
        }
    }
}

impl Coded for CoreError {
    fn code(&self) -> Code {
        self.inner().code()
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        self.inner().parameters()
    }
}
