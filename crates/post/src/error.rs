//! Why a sending or a fetching did not come to its end, and what that proves.
//! Not a log: no text of the server, no address and no password stands in an error.

use liasse_domain::{Code, Coded, SendPhase};

/// Said by a callback: go no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stopped by the caller")]
pub struct Stop;

/// What is wrong with a server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateFault {
    /// No authority that we know issued it, or none is set.
    UnknownIssuer,
    /// Its dates do not hold today.
    Expired,
    /// It bears another host's name.
    WrongName,
    /// Anything else: damaged, revoked, unfit for a server.
    Unusable,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The host does not exist, refuses, or the connection broke.
    Network,
    /// No progress within the account's limit.
    Timeout,
    /// The server's certificate is not to be trusted.
    UntrustedCertificate(CertificateFault),
    /// TLS could not be agreed on, or the server does not offer it.
    NoTls,
    /// The server clearly said no.
    Refused {
        /// The SMTP code; 0 for POP3, which has none.
        code: u16,
        /// Whether the server says that it may work later (4xx).
        transient: bool,
    },
    /// The server refused name and password, or offers no way to give them.
    Authentication,
    /// The server answered something that is no answer.
    Protocol,
    /// The caller's callback said stop.
    Stopped,
    /// A value of the account or of the envelope cannot stand in a command.
    BadSetting,
    /// Our own message has bare CR or LF, or lines too long: it would not arrive as it was signed.
    BadMessage,
    /// The guard of the workstation does not allow this address or host. Never raised here.
    NotAllowed,
}

/// A sending that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sending failed in phase {}: {cause:?}", phase.word())]
pub struct SendError {
    /// The last phase that was begun.
    pub phase: SendPhase,
    /// What happened.
    pub cause: Cause,
}

impl SendError {
    /// Whether the post may have the message all the same: the final dot was begun and no clear answer came.
    pub fn is_ambiguous(&self) -> bool {
        self.phase.is_ambiguous() && !matches!(self.cause, Cause::Refused { .. })
    }
}

impl Coded for SendError {
    fn code(&self) -> Code {
        if self.is_ambiguous() { Code("road.envoi_non_confirme") } else { self.cause.code() }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        self.cause.parameters()
    }
}

/// A fetching that failed. What was taken before it stays taken; what was not comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fetching failed: {cause:?}")]
pub struct FetchError {
    /// What happened.
    pub cause: Cause,
}

impl Coded for FetchError {
    fn code(&self) -> Code {
        self.cause.code()
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        self.cause.parameters()
    }
}

impl Cause {
    fn code(self) -> Code {
        match self {
            Self::Network => Code("road.liaison_coupee"),
            Self::Timeout => Code("road.delai_depasse"),
            Self::UntrustedCertificate(CertificateFault::UnknownIssuer) => Code("road.certificat_inconnu"),
            Self::UntrustedCertificate(CertificateFault::Expired) => Code("road.certificat_perime"),
            Self::UntrustedCertificate(CertificateFault::WrongName) => Code("road.certificat_autre_nom"),
            Self::UntrustedCertificate(CertificateFault::Unusable) => Code("road.certificat_inutilisable"),
            Self::NoTls => Code("road.sans_tls"),
            Self::Refused { transient: true, .. } => Code("road.refus_provisoire"),
            Self::Refused { transient: false, .. } => Code("road.refus_definitif"),
            Self::Authentication => Code("road.identification_refusee"),
            Self::Protocol => Code("road.reponse_incomprise"),
            Self::Stopped => Code("road.interrompu"),
            Self::BadSetting => Code("road.reglage_invalide"),
            Self::BadMessage => Code("road.message_mal_forme"),
            Self::NotAllowed => Code("road.destinataire_interdit"),
        }
    }

    fn parameters(self) -> Vec<(&'static str, String)> {
        match self {
            Self::Refused { code, .. } if code > 0 => vec![("code", code.to_string())],
            Self::Refused { .. } => vec![("code", "POP3".to_owned())],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_silent_dot_is_ambiguous() {
        let failed = |phase, cause| SendError { phase, cause }.is_ambiguous();
        assert!(failed(SendPhase::Dot, Cause::Network));
        assert!(failed(SendPhase::Dot, Cause::Timeout));
        assert!(failed(SendPhase::Dot, Cause::Protocol));
        assert!(!failed(SendPhase::Dot, Cause::Refused { code: 452, transient: true }));
        assert!(!failed(SendPhase::Data, Cause::Network));
    }

    #[test]
    fn every_cause_has_its_sentences() {
        let faults = [
            CertificateFault::UnknownIssuer,
            CertificateFault::Expired,
            CertificateFault::WrongName,
            CertificateFault::Unusable,
        ];
        let causes = [
            Cause::Network,
            Cause::Timeout,
            Cause::NoTls,
            Cause::Refused { code: 550, transient: false },
            Cause::Refused { code: 452, transient: true },
            Cause::Authentication,
            Cause::Protocol,
            Cause::Stopped,
            Cause::BadSetting,
            Cause::BadMessage,
            Cause::NotAllowed,
        ];
        for cause in causes.into_iter().chain(faults.map(Cause::UntrustedCertificate)) {
            for phase in [SendPhase::Connect, SendPhase::Dot] {
                let error = SendError { phase, cause };
                let report = error.report();
                assert!(liasse_domain::catalogue::entry(error.code()).is_some(), "{}", error.code().0);
                assert!(!format!("{}{}{}", report.message, report.safe, report.action).contains('{'), "{cause:?}");
            }
        }
    }
}
