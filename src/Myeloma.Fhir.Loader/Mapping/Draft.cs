using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Codes;
using Myeloma.Fhir.Loader.Statements;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>A resource in the making, with what its Provenance will say: the places it was taken from and the code tables that added to it.</summary>
internal sealed class Draft
{
    private readonly FactLedger ledger;
    private readonly HashSet<(string Document, Facts.Span Span)> seen = [];
    private readonly HashSet<(string Document, Facts.Span Span)> whole = [];
    private readonly List<Citation> citations = [];
    private readonly Dictionary<JsonObject, List<Citation>> cited = new(ReferenceEqualityComparer.Instance);
    private readonly SortedSet<string> tables = new(StringComparer.Ordinal);

    public Draft(string type, string id, FactLedger ledger)
    {
        (Type, Id, this.ledger) = (type, id, ledger);
        Json = new JsonObject
        {
            ["resourceType"] = type,
            ["id"] = id,
            ["meta"] = new JsonObject
            {
                ["tag"] = new JsonArray(Concepts.Coding(Canonicals.ResourceOrigin, "loader")),
            },
        };
    }

    public string Type { get; }
    public string Id { get; }
    public JsonObject Json { get; }

    /// <summary>In the order they were cited, each place once.</summary>
    public IReadOnlyList<Citation> Citations => citations;

    /// <summary>Relative references of the ConceptMaps used, in ordinal order.</summary>
    public IReadOnlyCollection<string> Tables => tables;

    public string Reference => $"{Type}/{Id}";

    /// <summary>The ids of its statements by the object that holds the sources, as they were read, before anything was reviewed; empty until <see cref="NameStatements"/>.</summary>
    public IReadOnlyDictionary<JsonObject, string> StatementIds { get; private set; } = new Dictionary<JsonObject, string>();

    /// <summary>Gives every statement its id; called when the resource is complete.</summary>
    public void NameStatements() => StatementIds = StatementId.Of(this, StatementReading.Of(this));

    /// <summary>Claims one of our own profiles, by the id of its StructureDefinition; the validator holds the resource to it.</summary>
    public Draft Claim(string profile)
    {
        // The order of R4: profile before tag.
        Json["meta"] = new JsonObject
        {
            ["profile"] = new JsonArray(Canonicals.Of("StructureDefinition", profile)),
            ["tag"] = Json["meta"]!["tag"]!.DeepClone(),
        };
        return this;
    }

    /// <summary>Whether some place stands behind the resource as a whole.</summary>
    public bool IsNotedAsWhole => whole.Count > 0;

    /// <summary>Whether a place was noted for the resource as a whole, and not only cited for an element of it.</summary>
    public bool IsWhole(Citation citation) => whole.Contains((citation.In.Document.FileName, citation.Span));

    /// <summary>The <c>derivation-reference</c> extension of one place; the place goes into the Provenance too.</summary>
    public JsonObject Cite(Citation citation)
    {
        Keep(citation);
        var reference = DerivationReference.Of(citation);
        cited.Add(reference, [citation]);
        return reference;
    }

    /// <summary>The extensions of several places, each place once.</summary>
    public JsonArray CiteAll(IEnumerable<Citation> places)
    {
        var array = new JsonArray();
        var here = new Dictionary<(string, Facts.Span), JsonObject>();
        foreach (var place in places)
        {
            var key = (place.In.Document.FileName, place.Span);
            if (!here.TryGetValue(key, out var reference)) array.Add(here[key] = reference = Cite(place));
            else
            {
                Keep(place);
                cited[reference].Add(place);
            }
        }

        return array;
    }

    /// <summary>What an extension made by <see cref="Cite"/> or <see cref="CiteAll"/> was cited for: one citation a fact.</summary>
    /// <returns>Empty for any other object.</returns>
    public IReadOnlyList<Citation> CitedBy(JsonObject derivationReference) => cited.GetValueOrDefault(derivationReference) ?? [];

    /// <summary>Names the place in the Provenance only.</summary>
    public void Note(Citation citation)
    {
        whole.Add((citation.In.Document.FileName, citation.Span));
        Keep(citation);
    }

    private void Keep(Citation citation)
    {
        ledger.Use(citation.Fact);
        if (seen.Add((citation.In.Document.FileName, citation.Span))) citations.Add(citation);
    }

    /// <summary>A concept of our own code and the codes that tables add, each of those marked with its table.</summary>
    public JsonObject Concept(string system, string code, string display, CodeTables codes)
    {
        var codings = new JsonArray(Concepts.Coding(system, code, display));
        foreach (var added in codes.Find(system, code))
        {
            tables.Add(added.TableReference);
            codings.Add(new JsonObject
            {
                ["extension"] = new JsonArray(Extensions.Simple("code-source", "valueCanonical", added.Table)),
            }.Set("system", added.System).Set("code", added.Code).Set("display", added.Display));
        }

        return new JsonObject { ["coding"] = codings, ["text"] = display };
    }
}

/// <summary>The HL7 extension that says where an element was taken from.</summary>
/// <remarks>https://hl7.org/fhir/extensions/StructureDefinition-derivation-reference.html; zero-based, UTF-16 units.</remarks>
internal static class DerivationReference
{
    public const string Url = "http://hl7.org/fhir/StructureDefinition/derivation-reference";

    public static JsonObject Of(Citation citation) => Of(citation.In.Document.FileName, citation.Span);

    public static JsonObject Of(string fileName, Facts.Span span) => new()
    {
        ["extension"] = new JsonArray(
            new JsonObject { ["url"] = "reference", ["valueReference"] = Concepts.Reference($"DocumentReference/{DocumentMapper.IdOf(fileName)}") },
            new JsonObject { ["url"] = "offset", ["valueInteger"] = span.Start },
            new JsonObject { ["url"] = "length", ["valueInteger"] = span.Length }),
        ["url"] = Url,
    };
}
