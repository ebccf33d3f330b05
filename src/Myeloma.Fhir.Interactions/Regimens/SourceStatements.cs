using System.Text.Json;
using Myeloma.Fhir.ClinicalReasoning.Regimens;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;

namespace Myeloma.Fhir.Interactions.Regimens;

/// <summary>What one document says of a regimen.</summary>
/// <param name="Reference">The document: <c>DocumentReference/x</c>.</param>
/// <param name="Said">What and, for a member, of which one; with the places that state it.</param>
internal sealed record SourceStatements(string Reference, IReadOnlyList<(string What, string? Subject, string Value, IReadOnlyList<StatedPlace> Places)> Said)
{
    /// <summary>What documents may differ in: how they call it, and what they put before a drug, ask for, or say of doses and days.</summary>
    private static readonly HashSet<string> Told = new(StringComparer.Ordinal)
    {
        RegimenFactKind.Abbreviation, RegimenFactKind.Qualifier, RegimenFactKind.Requirement, RegimenFactKind.Dose, RegimenFactKind.Dosage, RegimenFactKind.Route, RegimenFactKind.Days, RegimenFactKind.Timing,
        RegimenFactKind.Use,
    };

    /// <returns>One for each document that facts of the plan cite, by its reference; a fact without a source is with none of them.</returns>
    public static IReadOnlyList<SourceStatements> Of(RegimenContent content)
    {
        var facts = content.Parts.SelectMany(part => part.Facts.Select(fact => (Subject: (string?)null, Fact: fact)).Concat(part.Members.SelectMany(member => member.Facts.Select(fact => (Subject: (string?)member.Drug.Name, Fact: fact)))));
        var cited = facts.Where(each => Told.Contains(each.Fact.What)).Select(each => (each.Subject, each.Fact, Places: StatedPlace.In(each.Fact.Place))).ToList();
        return
        [
            .. cited.SelectMany(each => each.Places).Select(place => place.Reference).Distinct().Order(StringComparer.Ordinal).Select(reference => new SourceStatements(
                reference,
                [
                    .. cited.Where(each => each.Places.Any(place => place.Reference == reference))
                        .Select(each => (each.Fact.What, each.Subject, each.Fact.Value, (IReadOnlyList<StatedPlace>)[.. each.Places.Where(place => place.Reference == reference)])),
                ])),
        ];
    }

    /// <summary>The parts <c>document</c> and, for each statement, <c>said</c>.</summary>
    public void WriteParts(Utf8JsonWriter writer)
    {
        writer.WriteReferencePart("document", Reference);
        foreach (var (what, subject, value, places) in Said)
        {
            writer.WriteGroup("said", () =>
            {
                writer.WriteText("what", "valueCode", what);
                if (subject is not null) writer.WriteText("subject", "valueString", subject);
                if (value.Length > 0) writer.WriteText("value", "valueString", value);
                foreach (var place in places) writer.WriteGroup("place", () => place.WriteParts(writer));
            });
        }
    }
}
