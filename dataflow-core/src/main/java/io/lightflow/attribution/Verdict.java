package io.lightflow.attribution;

/** What a conversion is attributed to. */
public sealed interface Verdict {

    /** To this click and its impression. */
    record ToClick(ClickCandidate click) implements Verdict {}

    /** To this impression, without a click. */
    record ToView(ViewCandidate impression) implements Verdict {}

    /** To nothing. */
    record ToNothing() implements Verdict {}

    /** The click that would win still waits for its impression. */
    record Undecided() implements Verdict {}

    Verdict NOTHING = new ToNothing();
    Verdict UNDECIDED = new Undecided();
}
