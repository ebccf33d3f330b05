using System.Globalization;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store.Closures;
using Myeloma.Fhir.Terminology;
using Myeloma.Fhir.Terminology.Operations;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary><c>$closure</c>: keeps for a client who is above whom among the concepts it has met. https://hl7.org/fhir/R4/conceptmap-operation-closure.html</summary>
public sealed class ClosureOperation(CurrentDefinitions definitions, ClosureTable closures, TerminologyLimits limits, TimeProvider time) : IOperation
{
    /// <summary>Characters of a name.</summary>
    private const int MaxNameLength = 250;

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$closure",
        Url = "http://hl7.org/fhir/OperationDefinition/ConceptMap-closure",
        Levels = OperationLevels.System,
        AffectsState = true,
        Parameters = [new("name", "string", Min: 1), new("concept", "Coding", Max: int.MaxValue), new("version", "string")],
    };

    /// <returns>
    /// 200 with a ConceptMap of the entries that are new to the client, each from a concept to one above it (<c>subsumes</c>), at the table's version. With the name alone the table begins anew,
    /// empty; with a version, all entries since it come.
    /// </returns>
    /// <exception cref="FhirException">
    /// <c>required</c>: a concept without system or code; <c>invalid</c>: a name too long, a version that is no number or was not reached; <c>not-found</c>: the table, or a code system;
    /// <c>code-invalid</c>: a code that its system does not have; <c>too-costly</c>: more concepts than the limit; <c>transient</c>: the database can't be reached. Nothing is changed then.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var name = request.GetText("name", "for the table that is meant");
        if (name.Length > MaxNameLength) throw new FhirException(Issue.Invalid(FormattableString.Invariant($"The name of a closure table has at most {MaxNameLength} characters, not {name.Length}.")));
        var since = Since(request);
        var codings = request.Arguments("concept").ToList();
        if (codings.Count == 0 && since is null)
        {
            await closures.StartAsync(name, cancellationToken);
            return Answer(name, new ClosureChange(0, []));
        }

        var catalog = await definitions.FollowTerminologyAsync(cancellationToken);
        var concepts = Concepts(catalog, codings);
        return Answer(name, await closures.ExtendAsync(name, concepts, (known, fresh) => Relate(catalog, known, fresh), since, limits.MaxClosureConcepts, cancellationToken));
    }

    private static int? Since(OperationRequest request) => request.Text("version") is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version
        : throw new FhirException(Issue.Invalid($"The version of a closure table is a number that an answer of $closure gave, not '{text}'."));

    private static List<ClosureConcept> Concepts(TerminologyCatalog catalog, IReadOnlyList<OperationArgument> codings)
    {
        var (concepts, faults) = (new List<ClosureConcept>(), new List<Issue>());
        foreach (var argument in codings)
        {
            var (coding, expression) = (argument.Parameter?.Child("value"), $"{argument.Expression}.valueCoding");
            if (coding?.TextOf("system") is not { } system || coding.Value.TextOf("code") is not { } code)
            {
                faults.Add(Issue.Required("A concept of $closure needs system and code.", expression));
                continue;
            }

            var (found, fault) = ClosureRelations.Find(catalog, system, coding.Value.TextOf("version"), code, expression);
            if (fault is not null) faults.Add(fault);
            else concepts.Add(new ClosureConcept(system, found!));
        }

        return faults.Count == 0 ? concepts : throw new FhirException(faults);
    }

    private static IReadOnlyList<ClosureEntry> Relate(TerminologyCatalog catalog, IReadOnlyList<ClosureConcept> known, IReadOnlyList<ClosureConcept> fresh)
    {
        var before = known.ToLookup(concept => concept.System, concept => concept.Code);
        return
        [
            .. fresh.GroupBy(concept => concept.System).SelectMany(added =>
                ClosureRelations.Between(catalog, added.Key, [.. before[added.Key]], [.. added.Select(concept => concept.Code)]).Select(pair => new ClosureEntry(added.Key, pair.Code, pair.Ancestor))),
        ];
    }

    private FhirResponse Answer(string name, ClosureChange change)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "ConceptMap");
            writer.WriteString("version", change.Version.ToString(CultureInfo.InvariantCulture));
            writer.WriteString("title", name);
            writer.WriteString("status", "active");
            writer.WriteBoolean("experimental", true);
            writer.WriteString("date", BundleWriting.Instant(time.GetUtcNow()));
            if (change.Entries.Count > 0) WriteGroups(writer, change.Entries);
            writer.WriteEndObject();
        }

        return FhirResponse.Ok(new ResourceContent("ConceptMap", stream.ToArray()));
    }

    private static void WriteGroups(Utf8JsonWriter writer, IReadOnlyList<ClosureEntry> entries)
    {
        writer.WriteStartArray("group");
        foreach (var group in entries.GroupBy(entry => entry.System))
        {
            writer.WriteStartObject();
            writer.WriteString("source", group.Key);
            writer.WriteString("target", group.Key);
            writer.WriteStartArray("element");
            foreach (var element in group.GroupBy(entry => entry.Code))
            {
                writer.WriteStartObject();
                writer.WriteString("code", element.Key);
                writer.WriteStartArray("target");
                foreach (var entry in element)
                {
                    writer.WriteStartObject();
                    writer.WriteString("code", entry.Ancestor);
                    writer.WriteString("equivalence", "subsumes");
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
