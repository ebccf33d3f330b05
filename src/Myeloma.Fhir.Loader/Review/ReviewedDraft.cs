using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Mapping;
using Myeloma.Fhir.Loader.Statements;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Loader.Review;

/// <summary>Lays what people decided over a resource as it was read: corrections are put in, what was rejected is taken out.</summary>
/// <remarks>
/// A decision counts for the statement it was made about and for no other: when the words or what was read from them change, the statement has another id, and nobody has
/// decided about it yet. src/decisions/review.md has the reasons.
/// </remarks>
internal static class ReviewedDraft
{
    /// <summary>Statements that say what a resource is about; who rejects one rejects the resource.</summary>
    private static readonly HashSet<string> Identity =
        ["PlanDefinition.action", "PlanDefinition.action.action", "Medication.code", "MedicationKnowledge.code"];

    /// <summary>Changes the resource in place.</summary>
    /// <returns>The decisions that were applied.</returns>
    public static int Apply(Draft draft, IReadOnlyDictionary<string, ReviewDecision> decisions)
    {
        if (decisions.Count == 0 || draft.StatementIds.Count == 0) return 0;
        var statements = StatementReading.Of(draft);
        var decided = statements.Select(statement => (Statement: statement, Decision: decisions.GetValueOrDefault(draft.StatementIds[statement.Holder])))
            .Where(one => one.Decision is not null).ToList();
        var rejected = decided.Where(one => one.Decision!.Verdict == Verdict.Rejected).Select(one => one.Statement).ToList();
        if (rejected.Exists(statement => Identity.Contains(statement.Key) || IsLast(statement)) || (rejected.Count == statements.Count && !draft.IsNotedAsWhole)) Withdraw(draft);

        // From the end, so that places before it stay where they are.
        else
            foreach (var (statement, decision) in decided.AsEnumerable().Reverse())
            {
                if (decision!.Verdict == Verdict.Rejected) Remove(statement.Place);
                if (decision.Verdict == Verdict.Corrected) Correct(statement, decision);
            }

        return decided.Count;
    }

    private static void Withdraw(Draft draft)
    {
        if (Retirement.Of(draft.Type, draft.Json) is not { } withdrawn) return;
        foreach (var name in (string[])["status", "active"])
            if (withdrawn[name] is { } value) draft.Json[name] = value.DeepClone();
    }

    /// <summary>Whether R4 demands the element and there is no other of its name.</summary>
    private static bool IsLast(Statement statement) =>
        (statement.Place.Parent[statement.Place.Name] is not JsonArray { Count: > 1 }) && MinimumOf(statement) > 0;

    private static int MinimumOf(Statement statement)
    {
        var type = R4Schema.Instance.FindType(statement.Key.Split('.')[0]);
        ElementSchema? element = null;
        foreach (var step in statement.Key.Split('.').Skip(1))
        {
            if (step.StartsWith("extension(", StringComparison.Ordinal)) return 0;
            element = type?.FindElement(step);
            type = element?.Types.Count == 1 ? element.Types[0].Type : null;
        }

        return element?.Min ?? 0;
    }

    private static void Remove(JsonPlace place)
    {
        var parent = place.Parent;
        foreach (var name in (string[])[place.Name, "_" + place.Name])
        {
            if (place.Index < 0) parent.Remove(name);
            else if (parent[name] is JsonArray items && place.Index < items.Count)
            {
                items.RemoveAt(place.Index);
                if (items.All(item => item is null)) parent.Remove(name);
            }
        }

        if (IsHollow(parent)) Remove(parent);
    }

    private static void Remove(JsonObject element)
    {
        switch (element.Parent)
        {
            case JsonArray { Parent: JsonObject owner } items:
                Remove(new JsonPlace(owner, items.GetPropertyName().TrimStart('_'), items.IndexOf(element)));
                break;
            case JsonObject owner:
                Remove(new JsonPlace(owner, element.GetPropertyName().TrimStart('_'), -1));
                break;
        }
    }

    /// <summary>Whether nothing is left that says anything: an extension without value and parts, or an object without properties.</summary>
    private static bool IsHollow(JsonObject element) => element.Parent is not null && element.All(property => property.Key is "url" or "id");

    private static void Correct(Statement statement, ReviewDecision decision)
    {
        foreach (var correction in decision.Corrections)
        {
            if (correction.Path.Length == 0) Put(statement.Place, correction.Value);
            else if (JsonPath.Find(statement.Holder, correction.Path) is { } place) Put(place, correction.Value);
        }

        // The words stay, as what it was read from; whose the value is now is said beside them.
        ((JsonArray)statement.Holder["extension"]!).Add(new JsonObject
        {
            ["url"] = Canonicals.Extension("review-correction"),
            ["valueReference"] = Concepts.Reference(decision.Provenance),
        });
    }

    private static void Put(JsonPlace place, JsonNode value)
    {
        if (place.Index < 0) place.Parent[place.Name] = value.DeepClone();
        else ((JsonArray)place.Parent[place.Name]!)[place.Index] = value.DeepClone();
    }
}
