using System.Text.Json;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Sources;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Reviewing;

/// <summary><c>$review-queue</c>: the statements that nobody has decided about yet, or those that somebody has. An operation of our own; nothing is stored.</summary>
public sealed class ReviewQueueOperation(ResourceStore store, StatementRegister register) : IOperation
{
    private const int DefaultCount = 20;
    private const int MaxCount = 500;

    private static readonly string[] States = ["open", "approved", "corrected", "rejected", "all"];

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$review-queue",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/review-queue",
        Levels = OperationLevels.System,
        Parameters =
        [
            new("state", "code"), new("type", "code"), new("resource", "string"), new("document", "string"), new("statement", "id"), new("count", "integer"), new("offset", "integer"),
        ],
    };

    /// <returns>200 with Parameters: how many there are, and those of the page with what they say and the words behind them.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: a state that there is not, a count or offset out of bounds.</exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var (state, count, offset) = (request.Text("state") ?? "open", request.Integer("count") ?? DefaultCount, request.Integer("offset") ?? 0);
        var faults = new List<Issue>();
        if (!States.Contains(state)) faults.Add(Issue.Invalid($"The parameter 'state' is {string.Join(", ", States[..^1])} or all, not '{state}'.", Place("state")));
        if (count is < 0 or > MaxCount) faults.Add(Issue.Invalid(FormattableString.Invariant($"The parameter 'count' is a number from 0 to {MaxCount}, not {count}."), Place("count")));
        if (offset < 0) faults.Add(Issue.Invalid(FormattableString.Invariant($"The parameter 'offset' is 0 or more, not {offset}."), Place("offset")));
        if (faults.Count > 0) throw new FhirException(faults);

        var (type, document, statement) = (request.Text("type"), request.Text("document"), request.Text("statement"));
        if (document is not null && !document.StartsWith("DocumentReference/", StringComparison.Ordinal)) document = "DocumentReference/" + document;
        var found = (await register.FindAsync(request.Text("resource"), cancellationToken))
            .Where(one => type is null || one.Resource.StartsWith(type + "/", StringComparison.Ordinal))
            .Where(one => document is null || one.Sources.Any(source => "DocumentReference/" + source.Place.DocumentId == document))
            .Where(one => statement is null || one.Id == statement)
            .ToList();
        var wanted = found.Where(one => state == "all" || one.State == state || (statement is not null && request.Text("state") is null)).ToList();
        var views = await new StatementViews(store).OfAsync(wanted.Skip(offset).Take(count), cancellationToken);
        return FhirResponse.Ok(new ResourceContent("Parameters", Write(wanted.Count, found.Count(one => one.State == "open"), views)));

        string? Place(string name) => request.Arguments(name).First().Expression;
    }

    private static byte[] Write(int total, int open, IReadOnlyList<StatementView> views)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "Parameters");
            writer.WriteStartArray("parameter");
            writer.WriteInteger("total", total);
            writer.WriteInteger("open", open);
            foreach (var view in views) writer.WriteGroup("statement", () => Write(writer, view));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, StatementView view)
    {
        writer.WriteText("id", "valueId", view.Statement.Id);
        writer.WriteReferencePart("resource", view.Statement.Resource, view.Title);
        writer.WriteText("element", "valueString", view.Statement.Element);
        writer.WriteText("state", "valueCode", view.Statement.State);
        writer.WriteText("value", "valueString", view.Value);
        foreach (var (source, document, words) in view.Sources)
        {
            writer.WriteGroup("source", () =>
            {
                writer.WriteReferencePart("document", $"DocumentReference/{source.Place.DocumentId}", document?.Title);
                writer.WriteText("section", "valueString", source.Section);
                writer.WriteInteger("offset", source.Place.Offset);
                writer.WriteInteger("length", source.Place.Length);
                writer.WriteText("words", "valueString", words);
                writer.WriteText("rule", "valueCode", source.Rule);
            });
        }

        if (view.Statement.Decision is { } decision) writer.WriteGroup("decision", () => Write(writer, decision));
    }

    internal static void Write(Utf8JsonWriter writer, StatementDecision decision)
    {
        writer.WriteText("verdict", "valueCode", decision.Verdict);
        writer.WriteText("who", "valueString", decision.Who);
        writer.WriteText("when", "valueInstant", decision.Recorded);
        writer.WriteText("note", "valueString", decision.Note);
        writer.WriteReferencePart("provenance", decision.Provenance);
    }
}
