using System.Globalization;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Validation.Codes;
using Myeloma.Fhir.Validation.Profiles;

namespace Myeloma.Fhir.Validation.Questionnaires;

/// <summary>One answer against the question: type, length, options. https://hl7.org/fhir/R4/questionnaireresponse.html</summary>
internal sealed class AnswerCheck(ResourceScope scope, Element questionnaire, IssueList issues)
{
    public void Check(Element value, QuestionnaireItem question)
    {
        if (!HasType(value, question.Type))
        {
            issues.Error(IssueType.Structure, "questionnaire-answer-type", value,
                $"The question '{question.LinkId}' is of type {question.Type} and answered with {Expected(question.Type)}; here is a {value.Type.Name}.");
            return;
        }

        Length(value, question);
        Options(value, question);
        ValueSet(value, question);
    }

    private static bool HasType(Element value, string type) => type switch
    {
        "choice" => value.Type.Name is "Coding" or "string" or "integer" or "date" or "time" or "Reference",
        "open-choice" => value.Type.Name is "Coding" or "string" or "integer" or "date" or "time" or "Reference",
        "text" => value.Type.Name == "string",
        "url" => value.Type.Name is "uri" or "url",
        "attachment" => value.Type.Name == "Attachment",
        "reference" => value.Type.Name == "Reference",
        "quantity" => value.Type.IsA("Quantity"),
        "boolean" or "decimal" or "integer" or "date" or "dateTime" or "time" or "string" => value.Type.Name == type,

        // The structural check has told that there is no such type.
        _ => true,
    };

    private static string Expected(string type) => type switch
    {
        "choice" => "a Coding or another type that the options may have",
        "open-choice" => "a Coding, a string or another type that the options may have",
        "text" => "a string",
        "url" => "a uri",
        "attachment" => "an Attachment",
        "reference" => "a Reference",
        "quantity" => "a Quantity",
        "integer" => "an integer",
        _ => $"a {type}",
    };

    private void Length(Element value, QuestionnaireItem question)
    {
        if (!value.IsPrimitive || question.Element.TextOf("maxLength") is not { } limit || value.Text is not { } text) return;
        if (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var most)) return;
        var length = text.EnumerateRunes().Count();
        if (length > most)
            issues.Error(IssueType.TooLong, "questionnaire-answer-length", value, $"An answer to the question '{question.LinkId}' has at most {most} characters; here are {length}.");
    }

    private void Options(Element value, QuestionnaireItem question)
    {
        var options = new List<Element>();
        foreach (var option in question.Element.Children("answerOption"))
            if (option.Child("value") is { } listed) options.Add(listed);
        if (options.Count == 0 || IsFreeText(value, question) || options.Exists(option => IsSame(option, value))) return;
        issues.Error(IssueType.CodeInvalid, "questionnaire-answer-option", value,
            $"{Shown(value)} is none of the options of the question '{question.LinkId}': {string.Join(", ", options.Take(10).Select(Shown))}{(options.Count > 10 ? ", …" : "")}.");
    }

    private static bool IsFreeText(Element value, QuestionnaireItem question) => question.Type == "open-choice" && value.Type.Name == "string";

    private static bool IsSame(Element option, Element value)
    {
        if (option.Type != value.Type) return false;
        if (option.Type.Name == "Coding") return option.TextOf("code") == value.TextOf("code") && option.TextOf("system") == value.TextOf("system");
        return option.Type.Name == "Reference" ? option.TextOf("reference") == value.TextOf("reference") : option.TextBytes.SequenceEqual(value.TextBytes);
    }

    private void ValueSet(Element value, QuestionnaireItem question)
    {
        if (value.Type.Name != "Coding" || value.TextOf("code") is not { } code || question.Element.TextOf("answerValueSet") is not { } valueSet) return;
        switch (Ask(valueSet, value.TextOf("system"), code))
        {
            case CodeAnswer.NotMember or CodeAnswer.UnknownCode:
                issues.Error(IssueType.CodeInvalid, "questionnaire-answer-value-set", value,
                    $"{Shown(value)} is not in the value set {valueSet}, from which the question '{question.LinkId}' is answered.");
                break;
            case CodeAnswer.UnknownSystem or CodeAnswer.UnknownValueSet:
                issues.Warn(IssueType.NotFound, "code-not-checked", value,
                    $"Whether {Shown(value)} is in {valueSet}, from which the question '{question.LinkId}' is answered, can't be told: the set or its code system is not known here.");
                break;
        }
    }

    private CodeAnswer Ask(string valueSet, string? system, string code)
    {
        var services = scope.Run.Services;
        if (!valueSet.StartsWith('#')) return services.Codes(valueSet, system, code);
        foreach (var contained in questionnaire.Children("contained"))
        {
            if (contained.Type.Name == "ValueSet" && contained.TextOf("id") == valueSet[1..])
                return services.Definitions.AskStated(contained, system, code);
        }

        return CodeAnswer.UnknownValueSet;
    }

    private static string Shown(Element value) =>
        value.Type.Name == "Coding" ? $"'{value.TextOf("code")}'{(value.TextOf("system") is { } system ? $" of {system}" : "")}" : ValueComparison.Shown(value);
}
