//! The connectivity ladder: proves from outside and from a real notebook that the hub, Ray and Dask work.
//! Works over `run::ports` and loopback forwards only; must not print, nor know any front end.
