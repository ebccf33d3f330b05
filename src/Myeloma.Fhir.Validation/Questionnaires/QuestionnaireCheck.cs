using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Validation.Questionnaires;

/// <summary>What a Questionnaire asks beyond its invariants. https://hl7.org/fhir/R4/questionnaire.html</summary>
internal static class QuestionnaireCheck
{
    public static void Check(Element questionnaire, IssueList issues)
    {
        var items = new QuestionnaireItems(questionnaire);
        foreach (var item in items.All)
        {
            foreach (var condition in item.Element.Children("enableWhen"))
                if (condition.Child("question") is { } place && place.Text is { } linkId) Question(item, place, linkId, items, issues);
        }
    }

    /// <summary>The answer that a condition asks for must be there before the item is shown.</summary>
    private static void Question(QuestionnaireItem item, Element place, string linkId, QuestionnaireItems items, IssueList issues)
    {
        if (!items.TryFind(linkId, out var question))
        {
            issues.Error(IssueType.BusinessRule, "questionnaire-enable-when", place,
                $"enableWhen of the item '{item.LinkId}' asks for the answer to '{linkId}'; no item of this Questionnaire has that linkId.");
        }
        else if (question.IsWithin(item))
        {
            issues.Error(IssueType.BusinessRule, "questionnaire-enable-when", place, question == item
                ? $"enableWhen of the item '{item.LinkId}' asks for the answer to itself: it could never be answered."
                : $"enableWhen of the item '{item.LinkId}' asks for the answer to '{linkId}', which stands inside that item and is not shown before it.");
        }
        else if (!question.IsQuestion)
        {
            issues.Error(IssueType.BusinessRule, "questionnaire-enable-when", place,
                $"enableWhen of the item '{item.LinkId}' asks for the answer to '{linkId}', which is of type {question.Type} and has no answer.");
        }
    }
}
