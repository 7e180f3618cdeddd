// What a reader is told where Python does not answer, in dashboards and in questions.

const PATIENCE = 2500; // milliseconds that Python may take until the reader is told
const SILENT = "Python does not answer: it is busy, or it has stopped. If it has stopped, run this cell again.";
