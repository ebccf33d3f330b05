using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Xml;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Model.Tests.Xml;

/// <summary>Damaged examples: bytes changed, dropped, doubled, swapped, markup put in; the same ones in every run.</summary>
public sealed class XmlMutationTests
{
    private const int LargestExample = 4_000;

    private static readonly byte[][] Fragments =
    [
        .. new[]
        {
            "<", ">", "/>", "\"", "'", "&", "&#0;", "&#13;", "&#x1F600;", "&lt;", "&a;", "<!--", "-->", "<![CDATA[x]]>", "]]>", "<?x y?>", "<!DOCTYPE a>", "<a/>", "<extension/>",
            "<extension url=\"u\"/>", " id=\"i\"", " value=\"\"", " value=\"1\"", " xmlns=\"\"", " xmlns=\"http://hl7.org/fhir\"", " xmlns:a=\"urn:a\"", "a:", "<contained><Patient/></contained>",
            "<id value=\"x\"/>", "<value value=\"1e9999\"/>", "<div xmlns=\"http://www.w3.org/1999/xhtml\"/>", "<br/>", "\r", "\u00e4", "\ufeff", "\uffff",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static readonly byte[][] Values =
    [
        .. new[] { "null", "[]", "{}", "[null]", "\"\"", "1e999", "-0", "true", "\"\\u0001\"", "\"\\ud83d\\ude00\"", "[[1]]", "[{}]", "\"<\"" }.Select(Encoding.UTF8.GetBytes),
    ];

    [ConformanceFact]
    public void A_damaged_example_is_read_or_refused_and_never_breaks_the_reader()
    {
        var examples = Directory.EnumerateFiles(ConformanceFolder.Suite("examples"), "*.json").Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes).Where(bytes => bytes.Length <= LargestExample).Select(bytes => XmlWriting.ToXml(ResourceDocument.Parse(bytes))).ToArray();
        var random = new Random(20261121);
        var read = 0;
        Mutants.Run(Mutants.Xml, mutant =>
        {
            var bytes = Mutate(examples[random.Next(examples.Length)], random);
            try
            {
                var conversion = XmlReading.Read(bytes);
                read++;
                var document = ResourceDocument.Parse(conversion.Json);
                foreach (var issue in conversion.InSource(StructuralCheck.Check(document))) Assert.True(issue is { Line: > 0, Column: > 0, Expression.Length: > 0 });

                // What could be read can be written, and says the same when read again.
                Assert.Equal(conversion.Json, XmlReading.ToJson(XmlWriting.ToXml(document)));
            }
            catch (FhirException refusal)
            {
                Assert.All(refusal.Issues, issue => Assert.True(issue.Line > 0 && issue.Column > 0, issue.Diagnostics));
            }
            catch (Exception other)
            {
                Assert.Fail($"Mutant {mutant}: {other}\n{Encoding.UTF8.GetString(bytes)}");
            }
        });

        Assert.InRange(read, Mutants.Xml / 20, Mutants.Xml);
    }

    [ConformanceFact]
    public void A_damaged_JSON_is_written_or_refused_and_what_is_written_is_read_again()
    {
        var examples = Directory.EnumerateFiles(ConformanceFolder.Suite("examples"), "*.json").Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes).Where(bytes => bytes.Length <= LargestExample).ToArray();
        var random = new Random(20261122);
        var written = 0;
        Mutants.Run(Mutants.JsonToXml, mutant =>
        {
            var bytes = examples[random.Next(examples.Length)].ToList();
            var colon = bytes.IndexOf((byte)':', random.Next(bytes.Count));
            var end = colon < 0 ? -1 : bytes.FindIndex(colon, letter => letter is (byte)',' or (byte)'}' or (byte)']');
            if (end < 0) return;
            bytes.RemoveRange(colon + 1, end - colon - 1);
            bytes.InsertRange(colon + 1, Values[random.Next(Values.Length)]);
            try
            {
                var document = ResourceDocument.Parse(bytes.ToArray());
                var isSound = StructuralCheck.Check(document).Count == 0;
                var xml = XmlWriting.ToXml(document);
                written++;
                if (isSound) Assert.Equal(CanonicalJson.Of(bytes.ToArray()), CanonicalJson.Of(XmlReading.ToJson(xml)));
                else Reread(xml);
            }
            catch (FhirException refusal)
            {
                Assert.NotEmpty(refusal.Issues);
            }
            catch (Exception other)
            {
                Assert.Fail($"Mutant {mutant}: {other}\n{Encoding.UTF8.GetString(bytes.ToArray())}");
            }
        });

        Assert.InRange(written, Mutants.JsonToXml / 10, Mutants.JsonToXml);

        static void Reread(byte[] xml)
        {
            try
            {
                XmlReading.ToJson(xml);
            }
            catch (FhirException refusal)
            {
                // A resource with faults may be refused as XML too, but never for being no XML.
                Assert.DoesNotContain(refusal.Issues, issue => issue.MessageId == "not-well-formed");
            }
        }
    }

    private static byte[] Mutate(byte[] example, Random random)
    {
        var bytes = example.ToList();
        for (var change = random.Next(1, 3); change > 0; change--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, Fragments[random.Next(Fragments.Length)]);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                    break;
                case 4:
                    BesideTag(bytes, at, Fragments[random.Next(Fragments.Length)], random);
                    break;
                case 5:
                    InValue(bytes, at, Fragments[random.Next(Fragments.Length)]);
                    break;
                default:
                    bytes[at] = (byte)"<>/\"'&= :-0a"[random.Next(12)];
                    break;
            }

            if (bytes.Count == 0) bytes.Add((byte)'<');
        }

        return [.. bytes];
    }

    /// <summary>Puts markup before or behind a tag, so that many mutants stay XML.</summary>
    private static void BesideTag(List<byte> bytes, int from, byte[] markup, Random random)
    {
        var tag = bytes.IndexOf(random.Next(2) == 0 ? (byte)'<' : (byte)'>', from);
        if (tag >= 0) bytes.InsertRange(bytes[tag] == '<' ? tag : tag + 1, markup);
    }

    private static void InValue(List<byte> bytes, int from, byte[] text)
    {
        var quote = bytes.IndexOf((byte)'"', from);
        if (quote >= 0) bytes.InsertRange(quote + 1, text);
    }
}
