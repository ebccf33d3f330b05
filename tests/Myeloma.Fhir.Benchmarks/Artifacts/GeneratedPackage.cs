using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Myeloma.Fhir.Benchmarks.Artifacts;

/// <summary>A FHIR package with a given number of resources of the types that packages are made of, which lead to one another.</summary>
internal static class GeneratedPackage
{
    /// <summary>A plan of so many actions, each with a definition and a condition.</summary>
    public static string Plan(string id, int actions) =>
        $$"""{"resourceType":"PlanDefinition","id":"{{id}}","url":"http://example.org/PlanDefinition/{{id}}","version":"1","status":"active","action":[{{string.Join(',', Enumerable.Range(0, actions).Select(Action))}}]}""";

    /// <summary>An activity that the plan's actions use.</summary>
    public static string Activity(int number) => Resource("ActivityDefinition", $"bench-{Text(number)}", $$"""
        ,"kind":"MedicationRequest","intent":"proposal","productCodeableConcept":{"coding":[{"system":"http://example.org/codes","code":"c{{Text(number)}}"}]},
        "dosage":[{"text":"as stated","timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d"} },"doseAndRate":[{"doseQuantity":{"value":1.5,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"} }]}]
        """);

    /// <returns>The archive.</returns>
    public static byte[] Archive(string name, int resources)
    {
        using var output = new MemoryStream();
        using (var zipped = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        using (var archive = new TarWriter(zipped, TarEntryFormat.Ustar))
        {
            Write(archive, "package.json", $$"""{"name":"{{name}}","version":"1.0.0","fhirVersions":["4.0.1"],"dependencies":{"hl7.fhir.r4.core":"4.0.1"} }""");
            for (var at = 0; at < resources; at++)
            {
                var (type, id) = (Types[at % Types.Length], string.Create(CultureInfo.InvariantCulture, $"pk-{at}"));
                Write(archive, $"{type}-{id}.json", Resource(type, id, More(type, at)));
            }
        }

        return output.ToArray();
    }

    private static readonly string[] Types = ["ValueSet", "CodeSystem", "StructureDefinition", "ActivityDefinition", "PlanDefinition", "Library", "Questionnaire", "ConceptMap"];

    private static string Action(int at) =>
        $$"""{"title":"step {{Text(at)}}","definitionCanonical":"http://example.org/ActivityDefinition/bench-{{Text(at % 5)}}","condition":[{"kind":"applicability","expression":{"language":"text/fhirpath","expression":"{{Text(at)}} < 100"} }]}""";

    private static string More(string type, int at) => type switch
    {
        "CodeSystem" => $$""","content":"complete","concept":[{{string.Join(',', Enumerable.Range(0, 20).Select(code => $$"""{"code":"c{{Text(code)}}","display":"Concept {{Text(code)}} of {{Text(at)}}"}"""))}}]""",
        "ValueSet" => $$""","compose":{"include":[{"system":"http://example.org/CodeSystem/pk-{{Text(at + 1)}}"}]}""",
        "StructureDefinition" => $$""","name":"Profile{{Text(at)}}","kind":"resource","abstract":false,"type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"id":"Patient.birthDate","path":"Patient.birthDate","min":1}]}""",
        "PlanDefinition" => $$""","action":[{"title":"a","definitionCanonical":"http://example.org/ActivityDefinition/pk-{{Text(at - 1)}}"}]""",
        "Library" => ""","type":{"text":"x"}""",
        "Questionnaire" => ""","item":[{"linkId":"1","text":"What is asked","type":"string"},{"linkId":"2","type":"boolean"}]""",
        _ => "",
    };

    private static string Resource(string type, string id, string more) =>
        $$"""{"resourceType":"{{type}}","id":"{{id}}","url":"http://example.org/{{type}}/{{id}}","version":"1","status":"active","title":"Generated {{id}}","date":"2026-11-21","publisher":"A benchmark"{{more}}}""";

    private static void Write(TarWriter archive, string name, string content) =>
        archive.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "package/" + name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
