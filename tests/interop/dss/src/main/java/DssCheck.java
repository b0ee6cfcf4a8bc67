/* SPDX-License-Identifier: GPL-3.0-or-later */

import eu.europa.esig.dss.enumerations.Indication;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.service.http.commons.OCSPDataLoader;
import eu.europa.esig.dss.service.ocsp.OnlineOCSPSource;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/**
 * Judges PDFs by DSS's default policy, trusting the certificates of one PEM
 * file and asking the OCSP responders the certificates name.
 *
 * <p>Usage: DssCheck ANCHORS.pem FILE.pdf... One line a finding, tab-separated:
 * file, signature number, what, text. "indication" lines first, then every
 * error, warning and information of the AdES validation.
 */
public final class DssCheck {
    private DssCheck() {}

    public static void main(String[] args) throws Exception {
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        try (InputStream in = new FileInputStream(args[0])) {
            for (var c : factory.generateCertificates(in)) {
                trusted.addCertificate(new CertificateToken((X509Certificate) c));
            }
        }
        for (int i = 1; i < args.length; i++) {
            judge(new File(args[i]), trusted);
        }
    }

    private static void judge(File file, CommonTrustedCertificateSource trusted) {
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.addTrustedCertSources(trusted);
        verifier.setOcspSource(new OnlineOCSPSource(new OCSPDataLoader()));
        verifier.setAIASource(null);
        SignedDocumentValidator validator =
                SignedDocumentValidator.fromDocument(new FileDocument(file));
        validator.setCertificateVerifier(verifier);
        long start = System.nanoTime();
        Reports reports = validator.validateDocument();
        long micros = (System.nanoTime() - start) / 1000;
        SimpleReport simple = reports.getSimpleReport();
        int n = 0;
        for (String id : simple.getSignatureIdList()) {
            n++;
            Indication indication = simple.getIndication(id);
            say(file, n, "indication", indication + " " + simple.getSubIndication(id));
            say(file, n, "format", String.valueOf(simple.getSignatureFormat(id)));
            simple.getAdESValidationErrors(id).forEach(m -> say(file, id, "error", m.getValue()));
            simple.getAdESValidationWarnings(id).forEach(m -> say(file, id, "warning", m.getValue()));
            simple.getAdESValidationInfo(id).forEach(m -> say(file, id, "info", m.getValue()));
        }
        // Which changes DSS has no name for: the text of its warning does not say.
        reports.getDiagnosticData().getSignatures().stream()
                .filter(s -> s.getPDFRevision() != null)
                .forEach(s -> s.getPDFRevision().getPdfUndefinedChanges()
                        .forEach(c -> say(file, s.getId(), "undefined",
                                c.getAction() + " " + c.getType() + " " + c.getValue())));
        say(file, n, "done", micros + " us");
    }

    private static void say(File file, Object signature, String what, String text) {
        System.out.println(file.getName() + "\t" + signature + "\t" + what + "\t" + text);
    }
}
