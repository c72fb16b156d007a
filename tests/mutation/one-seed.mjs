import fc from 'fast-check';

// A failing property has done its work: looking for a smaller example would only keep the next mutant waiting.
fc.configureGlobal({ seed: 20_261_124, endOnFailure: true });
