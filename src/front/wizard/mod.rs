//! What both wizards know, full screen and in lines: what was answered and seen ([`shared`]), what the world is asked and tells
//! ([`wish`]), what a run tells as it goes ([`follow`]), and what is said in the same words by both. Pure.
//! Must not know how any of it is shown, nor any driver.
pub mod follow;
pub mod pod;
pub(super) mod reporting;
pub mod review;
pub mod shared;
pub mod turn;
pub(super) mod welcome;
pub mod wish;
