//! cardsim
