// The types of tus-js-client name Node's Buffer, which no browser has.
type Buffer = never;
