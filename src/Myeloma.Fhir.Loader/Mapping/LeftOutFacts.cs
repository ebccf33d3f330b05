using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>Facts that become no resource on purpose, each with the reason that the report gives.</summary>
internal static class LeftOutFacts
{
    public static void Note(MappingContext context)
    {
        foreach (var stated in context.Facts.Of<EmptyListFact>())
            context.Ledger.LeaveOut(stated.Fact, stated.Fact.Heading
                ? "A heading with nothing under it; nothing is concluded from that."
                : "A list is introduced and nothing is listed; nothing is concluded from that.");

        foreach (var stated in context.Facts.Of<RegimenPriorMention>())
            context.Ledger.LeaveOut(stated.Fact, "Named as a treatment given before, not as a combination to give.");

        foreach (var stated in context.Facts.Of<DrugMention>().Where(stated => stated.Fact.Part == DocumentPart.References))
            context.Ledger.LeaveOut(stated.Fact, "A name in the list of references says nothing about treatment.");
    }
}
