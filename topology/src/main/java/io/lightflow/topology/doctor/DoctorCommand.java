package io.lightflow.topology.doctor;

import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.doctor.Finding.Level;
import io.lightflow.topology.operator.SettingsOption;
import io.lightflow.topology.settings.GroupSettings;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lightflow doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Check an installation: connections, permissions, topics, retention, replication, clocks, versions, disks,"
                    + " ledgers. Says what to do about each finding, and changes nothing.",
            "Exits with 1 if a check has failed."
        })
public final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOption settingsOption;

    @Override
    public Integer call() {
        GroupSettings settings = settingsOption.read();
        PrintWriter out = spec.commandLine().getOut();
        Map<Level, Integer> counts = new EnumMap<>(Level.class);
        checkup(settings).run(finding -> {
            counts.merge(finding.level(), 1, Integer::sum);
            out.printf("%-8s %-22s %s%n", finding.level().label(), finding.subject(), finding.fact());
            if (!finding.remedy().isEmpty()) {
                out.printf("%-8s %-22s   %s%n", "", "", finding.remedy());
            }
            out.flush();
        });
        int errors = counts.getOrDefault(Level.ERROR, 0);
        out.printf(
                "group %s: %d ok, %d warnings, %d errors%n",
                settings.group(), counts.getOrDefault(Level.OK, 0), counts.getOrDefault(Level.WARNING, 0), errors);
        out.flush();
        return errors == 0 ? 0 : 1;
    }

    private Checkup checkup(GroupSettings settings) {
        MachineCheck machine = new MachineCheck(settings);
        KafkaCheck kafka = new KafkaCheck(settings);
        GroupCheck group = new GroupCheck(settings, settingsOption.file());
        Checkup checkup = new Checkup()
                .add("Java", machine::java)
                .add("secrets", machine::secrets)
                .add("disks", machine::disks)
                .add("central Kafka", kafka::central);
        settings.fronts()
                .keySet()
                .forEach(dc -> checkup.add("front Kafka " + dc, findings -> kafka.front(dc, findings)));
        checkup.add("registry", group::registry)
                .add("PostgreSQL", new PostgresCheck(settings.postgres(), InstantSource.system())::run);
        Topologies.of(settings)
                .forEach(topology -> checkup.add(topology.name(), findings -> group.topology(topology, findings)));
        return checkup;
    }
}
