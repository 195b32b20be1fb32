//! Why dask fails.
