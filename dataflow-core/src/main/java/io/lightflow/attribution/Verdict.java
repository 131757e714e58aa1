package io.lightflow.attribution;

/** The result of attributing a conversion. */
public sealed interface Verdict {

    /** Attributed to this click and its impression. */
    record ToClick(ClickCandidate click) implements Verdict {}

    /** Attributed to this impression, without a click. */
    record ToView(ViewCandidate impression) implements Verdict {}

    /** Attributed to nothing. */
    record Unattributed() implements Verdict {}

    /** Not decided yet: the click that would win still waits for its impression. */
    record Undecided() implements Verdict {}

    Verdict UNATTRIBUTED = new Unattributed();
    Verdict UNDECIDED = new Undecided();
}
