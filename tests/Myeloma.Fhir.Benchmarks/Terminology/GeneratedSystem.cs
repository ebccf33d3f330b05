using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Myeloma.Fhir.Benchmarks.Terminology;

/// <summary>A code system made by a seeded generator: each concept has up to four parents, two designations and three properties.</summary>
/// <remarks>
/// The first parent makes a tree in which each concept has about six below it; further parents are cousins of the first, so that branches overlap as those of real classifications do. Every
/// concept has one parent, two of five a second, fewer a third and fourth: 1.6 on average. Words are drawn from 60,000, frequent ones more often.
/// </remarks>
internal sealed class GeneratedSystem(int count, int seed = 20261121)
{
    public const string Url = "http://example.org/generated";

    private const int Fanout = 6;

    private readonly Random random = new(seed);

    public static string Code(int place) => string.Create(CultureInfo.InvariantCulture, $"{100_000_000L + (place * 7919L)}");

    /// <summary>Writes NDJSON: the CodeSystem without its concepts, then a concept a line, parents before those below them.</summary>
    public void Write(Stream stream)
    {
        var words = Words();
        using var line = new MemoryStream();
        using var writer = new Utf8JsonWriter(line);
        WriteHeader(writer);
        Next();
        for (var place = 0; place < count; place++)
        {
            WriteConcept(writer, place, words);
            Next();
        }

        void Next()
        {
            writer.Flush();
            line.WriteByte((byte)'\n');
            line.WriteTo(stream);
            line.SetLength(0);
            writer.Reset();
        }
    }

    /// <summary>Words that many concepts have in their names.</summary>
    public IEnumerable<string> CommonWords(int number) => Words().Take(number);

    private void WriteHeader(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("resourceType", "CodeSystem");
        writer.WriteString("url", Url);
        writer.WriteString("version", "1");
        writer.WriteString("name", "Generated");
        writer.WriteString("status", "active");
        writer.WriteBoolean("caseSensitive", true);
        writer.WriteString("valueSet", Url + "/all");
        writer.WriteString("hierarchyMeaning", "is-a");
        writer.WriteString("content", "complete");
        writer.WriteNumber("count", count);
        writer.WriteStartArray("property");
        foreach (var (code, type) in (ReadOnlySpan<(string, string)>)[("parent", "code"), ("kind", "code"), ("strength", "decimal"), ("module", "code")])
        {
            writer.WriteStartObject();
            writer.WriteString("code", code);
            if (code == "parent") writer.WriteString("uri", "http://hl7.org/fhir/concept-properties#parent");
            writer.WriteString("type", type);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteConcept(Utf8JsonWriter writer, int place, string[] words)
    {
        writer.WriteStartObject();
        writer.WriteString("code", Code(place));
        var name = Name(words);
        writer.WriteString("display", name);
        writer.WriteStartArray("designation");
        foreach (var (language, text) in (ReadOnlySpan<(string, string)>)[("en", name + " (concept)"), ("de", Name(words))])
        {
            writer.WriteStartObject();
            writer.WriteString("language", language);
            writer.WriteString("value", text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("property");
        foreach (var parent in Parents(place)) WriteProperty(writer, "parent", "valueCode", Code(parent));
        WriteProperty(writer, "kind", "valueCode", string.Create(CultureInfo.InvariantCulture, $"kind-{random.Next(50)}"));
        WriteProperty(writer, "module", "valueCode", string.Create(CultureInfo.InvariantCulture, $"module-{random.Next(400)}"));
        writer.WriteStartObject();
        writer.WriteString("code", "strength");
        writer.WriteNumber("valueDecimal", random.Next(1, 100_000) / 100m);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteProperty(Utf8JsonWriter writer, string code, string name, string value)
    {
        writer.WriteStartObject();
        writer.WriteString("code", code);
        writer.WriteString(name, value);
        writer.WriteEndObject();
    }

    private HashSet<int> Parents(int place)
    {
        if (place == 0) return [];
        var first = (place - 1) / Fanout;
        HashSet<int> parents = [first];
        while (parents.Count < 4 && random.Next(100) < 40) parents.Add(Math.Max(0, first - random.Next(1, 40)));
        return parents;
    }

    private string Name(string[] words)
    {
        var name = new StringBuilder();
        for (var left = random.Next(2, 6); left > 0; left--)
        {
            // The square of an even distribution: the first words are met a hundred times as often as the last.
            var draw = random.NextDouble();
            name.Append(words[(int)(draw * draw * words.Length)]);
            if (left > 1) name.Append(' ');
        }

        return name.ToString();
    }

    private string[] Words()
    {
        const string Consonants = "bcdfghklmnprstvw", Vowels = "aeiou";
        var words = new HashSet<string>(StringComparer.Ordinal);
        var word = new StringBuilder();
        while (words.Count < 60_000)
        {
            word.Clear();
            for (var left = random.Next(2, 5); left > 0; left--) word.Append(Consonants[random.Next(Consonants.Length)]).Append(Vowels[random.Next(Vowels.Length)]);
            if (random.Next(2) == 0) word.Append(Consonants[random.Next(Consonants.Length)]);
            words.Add(word.ToString());
        }

        return [.. words];
    }
}
