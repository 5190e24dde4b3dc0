package io.dropguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** Who imports the bill of materials gets the versions of all that is published, and only those. */
class PublishedModulesIT {
    private static final Path ROOT = Path.of("..");
    private static final XPath XPATH = XPathFactory.newInstance().newXPath();

    @Test
    void theBomNamesEveryPublishedModule() throws Exception {
        List<String> published =
                texts(pom("."), "/project/modules/module").stream()
                        .map(PublishedModulesIT::pom)
                        .filter(PublishedModulesIT::isPublishedCode)
                        .map(module -> text(module, "/project/artifactId"))
                        .toList();

        Document bom = pom("jetty-dropguard/bom");
        assertThat(texts(bom, "//dependencyManagement//artifactId"))
                .contains("jetty-dropguard", "jetty-dropguard-servlet")
                .containsExactlyInAnyOrderElementsOf(published);
        assertThat(text(bom, "/project/version")).isEqualTo(text(pom("."), "/project/version"));
    }

    private static boolean isPublishedCode(Document module) {
        return !text(module, "/project/packaging").equals("pom")
                && !text(module, "/project/properties/maven.deploy.skip").equals("true");
    }

    private static Document pom(String module) {
        try {
            return DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(ROOT.resolve(module).resolve("pom.xml").toFile());
        } catch (Exception broken) {
            throw new IllegalStateException(module, broken);
        }
    }

    private static String text(Document document, String path) {
        return String.join("", texts(document, path));
    }

    private static List<String> texts(Document document, String path) {
        try {
            NodeList nodes =
                    (NodeList) XPATH.compile(path).evaluate(document, XPathConstants.NODESET);
            return IntStream.range(0, nodes.getLength())
                    .mapToObj(i -> nodes.item(i).getTextContent().strip())
                    .toList();
        } catch (XPathExpressionException wrong) {
            throw new IllegalArgumentException(path, wrong);
        }
    }
}
