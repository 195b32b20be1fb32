//! Front ends: consume answers, plans and events, and print. Must not know any driver.
