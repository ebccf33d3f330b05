using System.Globalization;
using System.Text;

namespace Myeloma.Fhir.Benchmarks.Terminology;

/// <summary>A concept map of 100,000 rows: every so many of the generated concepts, each to a code of its own.</summary>
internal static class GeneratedMap
{
    public const string Url = "http://example.org/generated-map";

    public const int Rows = 100_000;

    /// <summary>How many concepts lie between two that are mapped.</summary>
    public static int Step(int concepts) => Math.Max(1, concepts / Rows);

    public static string Json(string id, int concepts)
    {
        var json = new StringBuilder();
        json.Append(CultureInfo.InvariantCulture, $$$"""{"resourceType":"ConceptMap","id":"{{{id}}}","url":"{{{Url}}}","version":"1","status":"active","group":[{"source":"{{{GeneratedSystem.Url}}}","target":"http://example.org/mapped","element":[""");
        for (var row = 0; row < Rows; row++)
            json.Append(CultureInfo.InvariantCulture, $$"""{{(row == 0 ? "" : ",")}}{"code":"{{GeneratedSystem.Code(row * Step(concepts))}}","target":[{"code":"t{{row}}","display":"Mapped {{row}}","equivalence":"equivalent"}]}""");
        return json.Append("]}]}").ToString();
    }
}
