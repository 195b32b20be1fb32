//! Composition root: builds drivers, runs commands, performs effects. The only place that knows both drivers and front ends.
