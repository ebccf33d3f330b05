using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Validation.Questionnaires;

/// <summary>Whether an item is to be answered, given the other answers. https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen</summary>
internal sealed class EnableWhen(ResourceScope scope, QuestionnaireItems items)
{
    /// <summary>Extensions that give the condition as FHIRPath over the response.</summary>
    private static readonly HashSet<string> ExpressionExtensions =
    [
        "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression",
        "http://phr.kanta.fi/StructureDefinition/fiphr-ext-questionnaire-enablewhen",
    ];

    private static readonly Dictionary<string, FhirPathExpression> Comparisons = new()
    {
        ["="] = FhirPathExpression.Parse("$this = %expected"),
        [">"] = FhirPathExpression.Parse("$this > %expected"),
        ["<"] = FhirPathExpression.Parse("$this < %expected"),
        [">="] = FhirPathExpression.Parse("$this >= %expected"),
        ["<="] = FhirPathExpression.Parse("$this <= %expected"),
    };

    private static readonly ExpressionCache Expressions = new();

    /// <param name="holders">The response elements around the item, the resource first: answers are looked for from the innermost outwards.</param>
    /// <returns>Null when it can't be told.</returns>
    public bool? IsEnabled(QuestionnaireItem item, IReadOnlyList<Element> holders)
    {
        if (ByExpression(item) is { } stated) return stated;
        var conditions = item.Element.Children("enableWhen").ToList();
        if (conditions.Count == 0) return true;
        var isAny = item.Element.TextOf("enableBehavior") == "any";
        var isOpen = false;
        foreach (var condition in conditions)
        {
            var met = IsMet(condition, holders);
            if (met == isAny) return isAny;
            isOpen |= met is null;
        }

        return isOpen ? null : !isAny;
    }

    private bool? ByExpression(QuestionnaireItem item)
    {
        foreach (var extension in item.Element.Children())
        {
            if (extension.Type.Name != "Extension" || extension.TextOf("url") is not { } url || !ExpressionExtensions.Contains(url) || extension.Child("value") is not { } value) continue;
            if (value.Type.Name == "Expression" && value.TextOf("language") != "text/fhirpath") continue;
            if ((value.IsPrimitive ? value.Text : value.TextOf("expression")) is not { } text) continue;
            try
            {
                return Expressions.Get(text).Evaluate(scope.Resource, scope.Context).IsTrue;
            }
            catch (FhirException)
            {
                return null;
            }
        }

        return null;
    }

    private bool? IsMet(Element condition, IReadOnlyList<Element> holders)
    {
        if (condition.TextOf("question") is not { } question || condition.Child("answer") is not { } expected) return null;
        var answers = Answers(question, holders);
        switch (condition.TextOf("operator"))
        {
            case "exists": return answers.Count > 0 == (expected.Text == "true");

            // No answer at all: R4 can be read both ways.
            case "!=": return answers.Count == 0 ? null : Not(Any(answers, expected, "="));
            case { } comparison when Comparisons.ContainsKey(comparison): return Any(answers, expected, comparison);
            default: return null;
        }
    }

    private static bool? Not(bool? value) => value is { } known ? !known : null;

    private bool? Any(List<Element> answers, Element expected, string comparison)
    {
        bool? result = false;
        foreach (var answer in answers)
        {
            var holds = Compare(answer, expected, comparison);
            if (holds == true) return true;
            if (holds is null) result = null;
        }

        return result;
    }

    private bool? Compare(Element answer, Element expected, string comparison)
    {
        if (expected.Type.Name == "Coding")
            return answer.Type.Name == "Coding" ? answer.TextOf("code") == expected.TextOf("code") && answer.TextOf("system") == expected.TextOf("system") : false;
        try
        {
            var result = Comparisons[comparison].Evaluate(answer, scope.Context with { Variables = new Dictionary<string, Collection> { ["expected"] = Collection.Of(expected) } });
            return result.Count == 0 ? null : result.IsTrue;
        }
        catch (FhirException)
        {
            return null;
        }
    }

    /// <summary>The answers to a question in the innermost holder that the question stands in too: of repeated groups the own one.</summary>
    private List<Element> Answers(string question, IReadOnlyList<Element> holders)
    {
        var answers = new List<Element>();
        if (!items.TryFind(question, out var asked)) return answers;
        var at = holders.Count - 1;
        while (at > 0 && !Holds(holders, at, asked)) at--;
        Collect(holders[at], question, answers);
        return answers;
    }

    /// <summary>Whether the question is one of those below a holder: an item, or an answer of the item before it.</summary>
    private static bool Holds(IReadOnlyList<Element> holders, int at, QuestionnaireItem question)
    {
        var linkId = holders[at].TextOf("linkId") ?? holders[at - 1].TextOf("linkId");
        for (var outer = question.Parent; outer is not null; outer = outer.Parent)
            if (outer.LinkId == linkId) return true;
        return false;
    }

    private static void Collect(Element holder, string question, List<Element> answers)
    {
        foreach (var item in holder.Children("item"))
        {
            if (item.TextOf("linkId") == question)
            {
                foreach (var answer in item.Children("answer"))
                    if (answer.Child("value") is { } value) answers.Add(value);
            }

            Collect(item, question, answers);
            foreach (var answer in item.Children("answer")) Collect(answer, question, answers);
        }
    }
}
