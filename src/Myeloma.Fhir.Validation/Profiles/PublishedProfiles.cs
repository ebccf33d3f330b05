using System.IO.Compression;
using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Validation.Profiles;

/// <summary>The profiles and extension definitions that the specification publishes, from the embedded data. https://hl7.org/fhir/R4/profilelist.html</summary>
internal static class PublishedProfiles
{
    private static readonly Lazy<Dictionary<string, ReadOnlyMemory<byte>>> Definitions = new(Read);

    /// <returns>The definition with its differential; null when the canonical, its version left aside, is none of them.</returns>
    public static ResourceDocument? Find(string canonical, R4Schema schema) =>
        Definitions.Value.TryGetValue(Canonicals.Url(canonical), out var json) ? ResourceDocument.Parse(json, schema) : null;

    /// <summary>Whether there is one of that url, version left aside.</summary>
    public static bool Has(string url) => Definitions.Value.ContainsKey(url);

    private static readonly Lazy<Dictionary<string, string>> VitalSigns = new(ReadVitalSigns);

    /// <summary>The profile of the vital sign that a LOINC code stands for.</summary>
    /// <returns>Null when it stands for none.</returns>
    public static string? OfVitalSign(string loinc) => VitalSigns.Value.GetValueOrDefault(loinc);

    /// <summary>The codes that the profiles on vital signs fix.</summary>
    private static Dictionary<string, string> ReadVitalSigns()
    {
        var profiles = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (url, json) in Definitions.Value)
        {
            if (json.Span.IndexOf("StructureDefinition/vitalsigns\""u8) < 0) continue;
            var definition = ResourceDocument.Parse(json).Root;
            if (definition.TextOf("baseDefinition") != "http://hl7.org/fhir/StructureDefinition/vitalsigns" || definition.Child("differential") is not { } differential) continue;
            foreach (var element in differential.Children("element"))
                if (element.TextOf("path") == "Observation.code.coding.code" && element.TextOf("fixed") is { } code) profiles.TryAdd(code, url);
        }

        return profiles;
    }

    /// <summary>Lines of url, tab, JSON, behind four bytes with their length.</summary>
    private static Dictionary<string, ReadOnlyMemory<byte>> Read()
    {
        using var stream = typeof(PublishedProfiles).Assembly.GetManifestResourceStream("Myeloma.Fhir.Validation.Profiles.Data.profiles.br")
            ?? throw new InvalidOperationException("The embedded profiles are missing; run Myeloma.Fhir.Model.Generator.");
        Span<byte> prefix = stackalloc byte[4];
        stream.ReadExactly(prefix);
        var data = new byte[BitConverter.ToInt32(prefix)];
        using var brotli = new BrotliStream(stream, CompressionMode.Decompress);
        brotli.ReadExactly(data);

        var definitions = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        for (var start = 0; start < data.Length;)
        {
            var end = start + data.AsSpan(start).IndexOf((byte)'\n');
            var tab = start + data.AsSpan(start).IndexOf((byte)'\t');
            definitions.Add(Encoding.UTF8.GetString(data, start, tab - start), data.AsMemory(tab + 1, end - tab - 1));
            start = end + 1;
        }

        return definitions;
    }
}
