package io.lightflow.lab.contest;

/** The processes whose usage is measured apart. */
enum Part {
    CONTESTANT("contestant"),
    BROKER("broker"),
    POSTGRES("postgres");

    private final String key;

    Part(String key) {
        this.key = key;
    }

    /** Its name in reports. */
    String key() {
        return key;
    }
}
