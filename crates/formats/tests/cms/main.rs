//! Signatures and envelopes judged by OpenSSL, and OpenSSL's judged by us; then what must be refused.
//! Every certificate and person is invented; keys are drawn from a fixed seed and kept in the build folder.
//! What must hold: issue 2, "Shown by"; reference telecom-reliability 3.

#[cfg(test)]
mod authority;
#[cfg(test)]
mod envelopes;
#[cfg(test)]
mod openssl;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod shapes;
