package io.lightflow.reports.alert;

import io.lightflow.reports.alert.AlertSettings.MailSecurity;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Date;
import java.util.Properties;

/** Sends messages by mail, each over a connection of its own. The Message-ID is the same in every attempt. */
final class MailSender implements MessageSender {
    private static final String TIMEOUT = Long.toString(Duration.ofSeconds(10).toMillis());

    private final AlertSettings.Mail settings;

    MailSender(AlertSettings.Mail settings) {
        this.settings = settings;
    }

    @Override
    public void send(AlertMessage message, String target) throws DeliveryException {
        if (!settings.allows(target)) {
            throw new DeliveryException("alerts.mail.domains of this server does not allow " + target);
        }
        Session session = Session.getInstance(properties());
        try (Transport transport = session.getTransport()) {
            MimeMessage mail = mail(session, message, target);
            if (settings.user().isPresent()) {
                transport.connect(
                        settings.user().get(), settings.password().orElseThrow().get());
            } else {
                transport.connect();
            }
            transport.sendMessage(mail, mail.getAllRecipients());
        } catch (MessagingException e) {
            throw new DeliveryException("the mail server " + settings.host() + " did not take the mail: " + e, e);
        }
    }

    private Properties properties() {
        Properties properties = new Properties();
        String protocol = settings.security() == MailSecurity.TLS ? "smtps" : "smtp";
        properties.put("mail.transport.protocol", protocol);
        String prefix = "mail." + protocol + ".";
        properties.put(prefix + "host", settings.host());
        properties.put(prefix + "port", Integer.toString(settings.port()));
        properties.put(prefix + "connectiontimeout", TIMEOUT);
        properties.put(prefix + "timeout", TIMEOUT);
        properties.put(prefix + "writetimeout", TIMEOUT);
        properties.put(prefix + "ssl.checkserveridentity", "true");
        if (settings.security() == MailSecurity.STARTTLS) {
            properties.put(prefix + "starttls.enable", "true");
            properties.put(prefix + "starttls.required", "true");
        }
        if (settings.user().isPresent()) {
            properties.put(prefix + "auth", "true");
        }
        return properties;
    }

    private MimeMessage mail(Session session, AlertMessage message, String target) throws MessagingException {
        MimeMessage mail = new MimeMessage(session) {
            @Override
            protected void updateMessageID() throws MessagingException {
                setHeader("Message-ID", "<" + message.id() + "@" + MailAddress.domain(settings.from()) + ">");
            }
        };
        mail.setFrom(new InternetAddress(settings.from()));
        mail.setRecipient(Message.RecipientType.TO, new InternetAddress(target));
        mail.setSubject(message.title(), StandardCharsets.UTF_8.name());
        mail.setSentDate(Date.from(message.at()));
        mail.setHeader("Auto-Submitted", "auto-generated");
        mail.setText(
                message.summary() + ".\n\n" + message.at() + ", rule " + message.rule() + ", event " + message.event()
                        + (message.url() == null ? "" : "\n" + message.url()) + "\n",
                StandardCharsets.UTF_8.name());
        return mail;
    }
}
