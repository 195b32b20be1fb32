//! The full-screen front end: its screens as pictures, keys at random, and the program in a real terminal.
mod fuzz;
mod home;
mod keys;
mod lifecycle;
mod pictures;
mod story;
mod way;
