using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Reviewing;

/// <summary><c>$review-decide</c>: a person approves, corrects or rejects statements. An operation of our own.</summary>
/// <remarks>
/// What is decided is stored as a Provenance with who and when; what it changes is built anew from the documents, in the same transaction, so that the next load comes to the same.
/// </remarks>
public sealed class ReviewDecideOperation(ReviewWriting writing, ReviewSettings settings) : IOperation
{
    private static readonly Dictionary<string, string> Verdicts = new(StringComparer.Ordinal) { ["approve"] = "approved", ["correct"] = "corrected", ["reject"] = "rejected" };

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$review-decide",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/review-decide",
        Levels = OperationLevels.System,
        AffectsState = true,
        Parameters =
        [
            new("statement", "id", Min: 1, Max: int.MaxValue), new("verdict", "code", Min: 1), new("note", "string"), new("correction", null, Max: int.MaxValue),
        ],
    };

    /// <returns>200 with Parameters: the decision about each statement.</returns>
    /// <exception cref="FhirException">
    /// <c>login</c>, <c>forbidden</c>: as <see cref="ReviewSettings.Get"/>; <c>invalid</c>, <c>required</c>: a verdict that there is not, corrections that don't go with it or don't fit the element;
    /// <c>not-found</c>: a statement that nothing states any more; <c>business-rule</c>: its resource is active; <c>too-costly</c>: too many at once; <c>conflict</c>: others were faster.
    /// All faults of the request together; nothing is stored then.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var reviewer = settings.Get(request.Context);
        var statements = request.Texts("statement").Distinct(StringComparer.Ordinal).ToList();
        var verdict = request.Text("verdict")!;
        var faults = new List<Issue>();
        if (!Verdicts.ContainsKey(verdict)) faults.Add(Issue.Invalid($"The parameter 'verdict' is approve, correct or reject, not '{verdict}'.", request.Arguments("verdict").First().Expression));
        if (statements.Count > settings.MaxDecisions)
            faults.Add(Issue.TooCostly(FormattableString.Invariant($"The request decides about {statements.Count:N0} statements; up to {settings.MaxDecisions:N0} are taken (setting Fhir:Review:MaxDecisions).")));
        var corrections = Corrections(request, faults);
        if (verdict == "correct" && corrections.Count == 0 && faults.Count == 0) faults.Add(Issue.Required("A correction says what is right: give 'correction' with the parts 'path' and 'value'."));
        if (verdict != "correct" && corrections.Count > 0) faults.Add(Issue.Invalid($"Corrections go with the verdict correct, not with {verdict}.", corrections[0].Expression));
        if (corrections.Count > 0 && statements.Count > 1) faults.Add(Issue.Invalid("A correction is about one statement; name one.", request.Arguments("statement").Skip(1).First().Expression));
        if (faults.Count > 0) throw new FhirException(faults);

        var decisions = await writing.DecideAsync(statements, Verdicts[verdict], request.Text("note"), corrections, reviewer, request.Context, cancellationToken);
        return FhirResponse.Ok(new ResourceContent("Parameters", Write(decisions)));
    }

    private static List<(StatementCorrection Correction, string? Expression)> Corrections(OperationRequest request, List<Issue> faults)
    {
        var corrections = new List<(StatementCorrection, string?)>();
        foreach (var argument in request.Arguments("correction"))
        {
            string? path = null;
            Element? value = null;
            foreach (var part in argument.Parameter?.Children("part").ToList() ?? [])
            {
                if (part.TextOf("name") == "path") path = part.TextOf("value");
                else if (part.TextOf("name") == "value") value = part.Child("value");
            }

            if (value is not { Property: { } property } given) faults.Add(Issue.Required("A correction has a part 'value' with what is right, and 'path' unless it is about the element itself.", argument.Expression));
            else corrections.Add((new StatementCorrection(path ?? "", property.JsonName, StatementElement.Json(given)!), argument.Expression));
        }

        return corrections;
    }

    private static byte[] Write(IReadOnlyList<StatementDecision> decisions)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "Parameters");
            writer.WriteStartArray("parameter");
            foreach (var decision in decisions)
            {
                writer.WriteGroup("decision", () =>
                {
                    writer.WriteText("statement", "valueId", decision.Statement);
                    writer.WriteReferencePart("resource", decision.Resource);
                    ReviewQueueOperation.Write(writer, decision);
                });
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}
