using System.Text.Json.Nodes;

namespace Myeloma.Fhir.ClinicalReasoning.Results;

/// <summary>The resources that a result is made of, in the order they came about. They refer to one another as contained ones do: <c>#id</c>.</summary>
internal sealed class ProducedResources
{
    /// <summary>Characters of an id. https://hl7.org/fhir/R4/datatypes.html#id</summary>
    private const int MaxIdLength = 64;

    private readonly List<JsonObject> all = [];
    private readonly HashSet<string> ids = new(StringComparer.Ordinal);

    public IReadOnlyList<JsonObject> All => all;

    /// <summary>Gives the resource an id that no other one has, and puts it behind the others.</summary>
    /// <param name="wanted">Taken as it is where it is free and short enough.</param>
    /// <returns>The id.</returns>
    public string Add(JsonObject resource, string wanted)
    {
        var id = Free(wanted);
        resource["id"] = id;
        all.Add(resource);
        return id;
    }

    /// <summary>Takes away what was put in last and turned out not to be made.</summary>
    public void Remove(JsonObject resource) => all.Remove(resource);

    public static JsonObject ReferenceTo(string id) => new() { ["reference"] = "#" + id };

    private string Free(string wanted)
    {
        if (wanted.Length <= MaxIdLength && ids.Add(wanted)) return wanted;
        var stem = wanted.Length <= MaxIdLength - 6 ? wanted : wanted[..(MaxIdLength - 6)];
        for (var number = 2; ; number++)
        {
            var id = FormattableString.Invariant($"{stem}-{number}");
            if (ids.Add(id)) return id;
        }
    }
}
