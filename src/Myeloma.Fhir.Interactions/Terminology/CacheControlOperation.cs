using System.Text.Json;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.Caching;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary><c>$cache-control</c>: starts, checks and ends a terminology cache, whose resources later requests name without sending them.</summary>
/// <remarks>https://build.fhir.org/ig/FHIR/fhir-tools-ig/OperationDefinition-cache-control.html, src/decisions/terminology-caches.md</remarks>
public sealed class CacheControlOperation(TerminologyCaches caches) : IOperation
{
    public OperationDefinition Definition { get; } = new()
    {
        Name = "$cache-control",
        Url = "http://hl7.org/fhir/tools/OperationDefinition/cache-control",
        Levels = OperationLevels.System,
        AffectsState = true,
        Parameters = [new("mode", "code", Min: 1), new("sealed", "boolean"), new("tx-resource", "Resource", Max: int.MaxValue)],
    };

    /// <returns>
    /// 200 with Parameters: of <c>start</c> the id and whether the cache is sealed; of <c>end</c> nothing, whether there was a cache or not; of <c>check</c> whether there is one, and how it is or why it is gone.
    /// </returns>
    /// <exception cref="FhirException">
    /// <c>invalid</c>: another mode, a resource that is no terminology, several ids; <c>required</c>: no id in the header; <c>throttled</c>, <c>too-costly</c>: past a limit. No cache is started then.
    /// </exception>
    public Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken) => Task.FromResult(request.Text("mode") switch
    {
        "start" => Start(request),
        "check" => Check(IdOf(request)),
        "end" => End(IdOf(request)),
        var other => throw new FhirException(Issue.Invalid($"The mode of $cache-control is start, check or end, not '{other}'.", request.Arguments("mode").First().Expression)),
    });

    private FhirResponse Start(OperationRequest request)
    {
        var resources = request.Resources("tx-resource");
        List<Issue> faults =
        [
            .. resources.Where(each => !TerminologyCaches.IsKept(each.Document))
                .Select(each => Issue.Invalid($"A terminology cache holds CodeSystem, ValueSet and ConceptMap, not {each.Document.ResourceType}.", each.Expression)),
        ];
        if (faults.Count > 0) throw new FhirException(faults);
        var isSealed = request.Boolean("sealed") ?? true;
        var id = caches.Start([.. resources.Select(each => each.Document)], isSealed);
        return Answer(writer =>
        {
            writer.WriteText("cache-id", "valueId", id);
            writer.WriteFlag("sealed", isSealed);
        });
    }

    private FhirResponse Check(string id)
    {
        var state = caches.Check(id);
        return Answer(writer =>
        {
            if (IsId(id)) writer.WriteText("cache-id", "valueId", id);
            writer.WriteFlag("valid", state is not null);
            if (state is not null) WriteState(writer, state);
            else WriteOutcome(writer, caches.Missing(id));
        });
    }

    private FhirResponse End(string id)
    {
        caches.End(id);
        return Answer(null);
    }

    private static string IdOf(OperationRequest request) => request.Context.CacheId switch
    {
        null or "" => throw new FhirException(Issue.Required("The cache that is meant is named by the header X-Cache-Id.")),
        var id when id.Contains(',', StringComparison.Ordinal) => throw TerminologyCaches.Several(),
        var id => id,
    };

    /// <summary>A header may hold what the type id does not allow.</summary>
    private static bool IsId(string text) => text.Length <= 64 && text.All(each => char.IsAsciiLetterOrDigit(each) || each is '-' or '.');

    private void WriteState(Utf8JsonWriter writer, TerminologyCacheState state)
    {
        writer.WriteFlag("sealed", state.IsSealed);
        WriteNumber(writer, "resource-count", state.Resources);
        WriteNumber(writer, "idle", (long)state.Idle.TotalSeconds);
        WriteNumber(writer, "timeout", (long)caches.Idle.TotalSeconds);
    }

    private static void WriteOutcome(Utf8JsonWriter writer, Issue issue)
    {
        writer.WriteStartObject();
        writer.WriteString("name", "outcome");
        writer.WritePropertyName("resource");
        OperationOutcome.Write(writer, [issue]);
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, long number)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteNumber("valueUnsignedInt", number);
        writer.WriteEndObject();
    }

    /// <param name="write">Writes the parameters; null for none.</param>
    private static FhirResponse Answer(Action<Utf8JsonWriter>? write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "Parameters");
            if (write is not null)
            {
                writer.WriteStartArray("parameter");
                write(writer);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return FhirResponse.Ok(new ResourceContent("Parameters", stream.ToArray()));
    }
}
