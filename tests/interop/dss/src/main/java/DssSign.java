/* SPDX-License-Identifier: GPL-3.0-or-later */

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.Pkcs12SignatureToken;
import java.io.FileInputStream;
import java.io.InputStream;
import java.security.KeyStore.PasswordProtection;

/**
 * How fast DSS signs: PAdES B-B of one file, key in memory, JVM warm.
 *
 * <p>Usage: DssSign FILE.pdf KEY.p12 PIN SECONDS. Prints signatures per second.
 */
public final class DssSign {
    private DssSign() {}

    public static void main(String[] args) throws Exception {
        InMemoryDocument file;
        try (InputStream in = new FileInputStream(args[0])) {
            file = new InMemoryDocument(in, "in.pdf");
        }
        double seconds = Double.parseDouble(args[3]);
        PAdESService service = new PAdESService(new CommonCertificateVerifier());
        try (Pkcs12SignatureToken token = new Pkcs12SignatureToken(
                args[1], new PasswordProtection(args[2].toCharArray()))) {
            DSSPrivateKeyEntry key = token.getKeys().get(0);
            run(service, token, key, file, seconds); // warm-up
            System.out.printf("%.1f%n", run(service, token, key, file, seconds));
        }
    }

    private static double run(PAdESService service, Pkcs12SignatureToken token,
            DSSPrivateKeyEntry key, InMemoryDocument file, double seconds) {
        long start = System.nanoTime();
        int n = 0;
        double passed;
        do {
            PAdESSignatureParameters p = new PAdESSignatureParameters();
            p.setSignatureLevel(SignatureLevel.PAdES_BASELINE_B);
            p.setDigestAlgorithm(DigestAlgorithm.SHA256);
            p.setSigningCertificate(key.getCertificate());
            p.setCertificateChain(key.getCertificateChain());
            service.signDocument(file, p, token.sign(
                    service.getDataToSign(file, p), p.getDigestAlgorithm(), key));
            n++;
            passed = (System.nanoTime() - start) / 1e9;
        } while (passed < seconds);
        return n / passed;
    }
}
