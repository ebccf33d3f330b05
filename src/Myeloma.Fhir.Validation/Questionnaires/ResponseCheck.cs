using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Validation.Questionnaires;

/// <summary>
/// A QuestionnaireResponse against its Questionnaire: items by linkId in their places and order, answers by type, options and number, required ones and
/// those that are not enabled. https://hl7.org/fhir/R4/questionnaireresponse.html#5.18.4
/// </summary>
internal sealed class ResponseCheck
{
    private readonly QuestionnaireItems items;
    private readonly IssueList issues;
    private readonly AnswerCheck answers;
    private readonly EnableWhen enabling;

    /// <summary>A response that is still being filled in may lack what is required.</summary>
    private readonly bool isFinished;

    private ResponseCheck(ResourceScope scope, Element questionnaire)
    {
        items = new QuestionnaireItems(questionnaire);
        issues = scope.Run.Issues;
        answers = new AnswerCheck(scope, questionnaire, issues);
        enabling = new EnableWhen(scope, items);
        isFinished = scope.Resource.TextOf("status") is "completed" or "amended";
    }

    public static void Check(ResourceScope scope)
    {
        if (scope.Resource.Child("questionnaire") is not { } named || named.Text is not { } canonical) return;
        switch (scope.FindCanonical(canonical))
        {
            case { Type.Name: "Questionnaire" } questionnaire:
                new ResponseCheck(scope, questionnaire).Start(scope.Resource);
                break;
            case { } other:
                scope.Run.Issues.Error(IssueType.Structure, "canonical-target-type", named, $"QuestionnaireResponse.questionnaire names a Questionnaire; {canonical} is a {other.Type.Name}.");
                break;
            default:
                scope.Run.Issues.Warn(IssueType.NotFound, "questionnaire-unknown", named, $"The Questionnaire {canonical} is not known here, so the answers were not compared with it.");
                break;
        }
    }

    private void Start(Element response) => Level(response, [], items.Top);

    /// <summary>The items of one holder: the response, an item, or an answer.</summary>
    /// <param name="around">The holders around it, the response first.</param>
    private void Level(Element holder, IReadOnlyList<Element> around, IReadOnlyList<QuestionnaireItem> expected)
    {
        if (issues.IsFull) return;
        List<Element> holders = [.. around, holder];
        var found = new List<Element>[expected.Count];
        for (var place = 0; place < found.Length; place++) found[place] = [];
        var last = -1;
        foreach (var item in holder.Children("item"))
        {
            if (item.TextOf("linkId") is not { } linkId) continue;
            var place = Place(expected, linkId);
            if (place < 0)
            {
                Misplaced(item, linkId);
                continue;
            }

            if (place < last)
                issues.Error(IssueType.Structure, "questionnaire-order", item, $"The item '{linkId}' comes before '{expected[last].LinkId}' in the Questionnaire; a response has the same order.");
            last = Math.Max(last, place);
            found[place].Add(item);
        }

        for (var place = 0; place < found.Length; place++) Items(expected[place], found[place], holder, holders);
    }

    private static int Place(IReadOnlyList<QuestionnaireItem> expected, string linkId)
    {
        for (var place = 0; place < expected.Count; place++)
            if (expected[place].LinkId == linkId) return place;
        return -1;
    }

    private void Misplaced(Element item, string linkId) =>
        issues.Error(IssueType.Structure, "questionnaire-link-id", item, items.TryFind(linkId, out var known)
            ? $"The item '{linkId}' stands {(known.Parent is { } parent ? $"in '{parent.LinkId}'" : "at the top level")} of the Questionnaire, not here."
            : $"The Questionnaire has no item with the linkId '{linkId}'.");

    /// <summary>All response items of one item of the questionnaire.</summary>
    private void Items(QuestionnaireItem asked, List<Element> given, Element holder, IReadOnlyList<Element> holders)
    {
        var isEnabled = enabling.IsEnabled(asked, holders);
        if (isEnabled == false)
        {
            foreach (var item in given)
                if (HasAnswer(item)) issues.Error(IssueType.BusinessRule, "questionnaire-not-enabled", item, $"The item '{asked.LinkId}' has an answer, but by the other answers its enableWhen is not met.");
            return;
        }

        if (isEnabled == true && asked.IsRequired && asked.Type != "display" && isFinished && !(asked.Type == "group" ? given.Count > 0 : given.Exists(HasAnswer)))
        {
            issues.Error(IssueType.Required, "questionnaire-required", given.Count > 0 ? given[0] : holder,
                $"The item '{asked.LinkId}' is required in a response that is completed; there is none.");
        }

        // A group that repeats has an item each time; a question that repeats has several answers in one item.
        if (given.Count > 1 && !(asked.Type == "group" && asked.Repeats))
        {
            issues.Error(IssueType.Structure, "questionnaire-repeats", given[1],
                asked.Type == "group" ? $"The group '{asked.LinkId}' does not repeat; there are {given.Count} of it." : $"The item '{asked.LinkId}' stands once, with all its answers; there are {given.Count} of it.");
        }

        foreach (var item in given) Item(asked, item, holders);
    }

    private void Item(QuestionnaireItem asked, Element item, IReadOnlyList<Element> holders)
    {
        var given = item.Children("answer").ToList();
        if (given.Count > 0 && !asked.IsQuestion)
        {
            issues.Error(IssueType.Structure, "questionnaire-answer-type", given[0], $"The item '{asked.LinkId}' is a {asked.Type} and has no answers.");
            return;
        }

        if (given.Count > 1 && !asked.Repeats)
            issues.Error(IssueType.Structure, "questionnaire-repeats", given[1], $"The question '{asked.LinkId}' does not repeat: it has one answer; there are {given.Count}.");
        List<Element> inner = [.. holders, item];
        foreach (var answer in given)
        {
            if (answer.Child("value") is { } value) answers.Check(value, asked);
            Level(answer, inner, asked.Items);
        }

        if (!asked.IsQuestion)
            Level(item, holders, asked.Items);
        else if (item.Child("item") is { } misplaced)
            issues.Error(IssueType.Structure, "questionnaire-structure", misplaced, $"'{asked.LinkId}' is a question: items below it stand in its answer, not beside that.");
    }

    private static bool HasAnswer(Element item)
    {
        foreach (var answer in item.Children("answer"))
            if (answer.Child("value") is not null) return true;
        foreach (var inner in item.Children("item"))
            if (HasAnswer(inner)) return true;
        return false;
    }
}
