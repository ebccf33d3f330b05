using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Grammars;
using Myeloma.Fhir.Terminology.Prepared;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary>Validates one question of <c>$validate-code</c>, of a value set or a code system, and writes the answer.</summary>
/// <remarks>https://hl7.org/fhir/R4/valueset-operation-validate-code.html, https://hl7.org/fhir/R4/codesystem-operation-validate-code.html</remarks>
internal sealed class CodeValidation(TerminologyRequest request, ValueSetSource? valueSet)
{
    private readonly ValueSetEvaluation evaluation = request.Evaluation(valueSet);
    private readonly DisplayLanguages languages = LanguagesOf(request, valueSet);
    private readonly ValidationMode mode = ValidationMode.Of(request.Arguments);

    /// <summary>The Parameters with the answer.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: no code to validate; what makes the value set impossible to judge.</exception>
    public byte[] Answer()
    {
        var (questions, concept) = Questions();
        var findings = questions.Select(question => Check(question, concept is not null)).ToList();
        return concept is { } given ? WriteConcept(findings, given) : WriteCode(findings[0]);
    }

    /// <summary>The question without its code.</summary>
    /// <param name="answer">What <see cref="Answer"/> said to the same parameters.</param>
    /// <returns>Null where more than the code differs from question to question, or the code decides on more than what is told of it.</returns>
    public PreparedQuestion? Prepare(ReadOnlySpan<byte> answer)
    {
        var arguments = request.Arguments;
        if (arguments.All.Any(each => each.Name is "display" or "coding" or "codeableConcept" or "inferSystem" or "systemVersion" or "version" or "mode" or "valueSetMode" || each.Resource is not null || each.Parameter is not null)) return null;
        if (Questions().Questions is not [{ System: { } url } question] || evaluation.Find(url, evaluation.SystemVersions.Effective(url, null)) is not { Source.Grammar: null } found) return null;
        var (system, clauses) = (found, (IReadOnlyList<PlainClause>?)null);
        if (valueSet is not null)
        {
            if (valueSet.Include.FirstOrDefault(clause => clause.System == url) is not { } first || Meant(first) is not { Source.Grammar: null } meant) return null;
            system = meant;
            if ((clauses = PlainClause.Of(valueSet, system, Meant)) is null) return null;
        }

        return PreparedValidation.Of(system, clauses, languages, arguments.Boolean("abstract") != false, question.Code, answer)?.If(question.Code, "", answer);

        CompiledCodeSystem? Meant(ComposeClause clause) => evaluation.Find(url, evaluation.SystemVersions.Effective(url, clause.Version));
    }

    private static DisplayLanguages LanguagesOf(TerminologyRequest request, ValueSetSource? valueSet)
    {
        if (!request.Languages.IsEmpty || valueSet is null) return request.Languages;
        var stated = valueSet.ExpansionParameters.FirstOrDefault(pair => pair.Key == "displayLanguage").Value ?? valueSet.Language;
        return DisplayLanguages.Parse(stated);
    }

    private (List<CodeQuestion> Questions, Element? Concept) Questions()
    {
        var arguments = request.Arguments;
        if (arguments.Value("codeableConcept") is { } concept)
        {
            var codings = concept.Children("coding").ToList();
            if (codings.Count == 0) throw TerminologyIssues.NothingToValidate();
            return ([.. codings.Select((coding, index) => CodeQuestion.Of(coding, FormattableString.Invariant($"CodeableConcept.coding[{index}]")))], concept);
        }

        if (arguments.Value("coding") is { } single) return ([Sized(CodeQuestion.Of(single, "Coding"))], null);
        if (arguments.Text("code") is { } code)
        {
            var system = arguments.Text("system") ?? (valueSet is null ? arguments.Text("url") ?? arguments.Resource("codeSystem")?.TextOf("url") : null);
            if (system is not null || arguments.Boolean("inferSystem") == true || valueSet is null)
                return ([Sized(new CodeQuestion(system, arguments.Text("systemVersion") ?? arguments.Text("version"), code, arguments.Text("display"), ""))], null);
        }

        throw TerminologyIssues.NothingToValidate();
    }

    private CodeQuestion Sized(CodeQuestion question) => question.Code.Length <= request.Limits.MaxCodeLength
        ? question
        : throw new FhirException(Issue.TooLong(FormattableString.Invariant($"The code has {question.Code.Length} characters; a code may have {request.Limits.MaxCodeLength} (setting Fhir:Terminology:MaxCodeLength).")));

    private CodeFinding Check(CodeQuestion question, bool isOneOfSeveral)
    {
        Sized(question);
        var finding = new CodeFinding(question);
        if (!HasSystem(finding, isOneOfSeveral)) return finding;
        if (request.Catalog.FindCodeSystem(finding.Url!, question.Version) is { IsSupplement: true } supplement)
        {
            finding.Add(TerminologyIssues.SystemIsSupplement(supplement.Canonical, question.At("system")));
            finding.UnknownCauses.Add(finding.Url!);
            return finding;
        }

        if (valueSet is null || mode.IsWithoutMembership) CheckSystem(finding);
        else CheckValueSet(finding, valueSet, isOneOfSeveral);
        return finding;
    }

    private bool HasSystem(CodeFinding finding, bool isOneOfSeveral)
    {
        var question = finding.Question;
        if (!string.IsNullOrEmpty(question.System))
        {
            if (!question.System.Contains(':', StringComparison.Ordinal)) finding.Add(TerminologyIssues.RelativeSystem(question.At("system")));
            return true;
        }

        if (valueSet is not null && request.Arguments.Boolean("inferSystem") == true)
        {
            var systems = evaluation.Evaluate(valueSet).Parts.Where(part => part.System.Find(question.Code) is >= 0 and var ordinal && part.Set.Contains(ordinal)).Select(part => part.System.Url).Distinct().ToList();
            if (systems.Count == 1)
            {
                finding.Url = systems[0];
                return true;
            }

            finding.Add(TerminologyIssues.CannotInfer(question.Code, valueSet.Canonical, question.At("code"), systems));
        }
        else
        {
            finding.Add(TerminologyIssues.NoSystem(question.Whole), isInMessage: true);
        }

        if (valueSet is not null && !mode.IsWithoutMembership) finding.Add(TerminologyIssues.NotInValueSet(question.InWords, valueSet.Canonical, question.At("code"), isOneOfSeveral));
        return false;
    }

    private void CheckSystem(CodeFinding finding)
    {
        var question = finding.Question;
        var system = request.Arguments.Resource("codeSystem") is { } sent && sent.Type.Name == "CodeSystem"
            ? new CompiledCodeSystem(CodeSystemReading.Read(sent))
            : evaluation.Find(finding.Url!, evaluation.SystemVersions.Effective(finding.Url!, question.Version));
        if (system is null)
        {
            var versions = request.Catalog.VersionsOf(finding.Url!);
            finding.Add(TerminologyIssues.UnknownCodeSystem(finding.Url!, question.Version, versions, question.At("system")));
            finding.UnknownCauses.Add(question.Version is null ? finding.Url! : $"{finding.Url}|{question.Version}");
            return;
        }

        Locate(finding, system);
        if (finding.Ordinal < 0)
        {
            finding.IsMember = !system.IsComplete;
            return;
        }

        finding.IsMember = true;
        CheckConcept(finding, null, []);
        CheckAbstract(finding);
    }

    /// <summary>Looks the code up in the system, with a word when it is not there or written in other letters.</summary>
    private void Locate(CodeFinding finding, CompiledCodeSystem system)
    {
        var question = finding.Question;
        finding.System = system;
        finding.Ordinal = system.Find(question.Code);
        if (finding.Ordinal < 0)
        {
            if (system.IsComplete) finding.Add(TerminologyIssues.UnknownCode(question.Code, system.Url, system.Version, question.At("code")));
            else finding.Add(TerminologyIssues.UnknownCodeInFragment(question.Code, system.Url, system.Version, question.At("code")), isInMessage: true);
            if (system.Source.Grammar?.Fault(question.Code) is { } fault) finding.Add(TerminologyIssues.NotByGrammar(question.Code, fault, question.At("code")), isInMessage: false);
            return;
        }

        if (system.Code(finding.Ordinal) is var right && right != question.Code)
            finding.Add(TerminologyIssues.CaseDiffers(question.Code, system.Url, right, question.At("code")), isInMessage: false);
        finding.Display = languages.Choose(system, finding.Ordinal).Text ?? system.Display(finding.Ordinal);
    }

    private void CheckValueSet(CodeFinding finding, ValueSetSource asked, bool isOneOfSeveral)
    {
        var question = finding.Question;
        var walk = new MembershipWalk(evaluation, request.Catalog, question, finding.Url!);
        var matches = walk.Run(asked);
        if (matches.Count > 0)
        {
            var match = matches[0];
            Locate(finding, match.System);
            finding.IsMember = true;
            if (match.Note?.IsDeprecated == true) finding.Add(TerminologyIssues.DeprecatedMember(match.System.Code(match.Ordinal), match.System.Url, asked.Canonical, question.At("code")), isInMessage: false);
            var others = question.Version is null ? matches.Skip(1).Select(each => each.System) : [];
            if (match.Note?.Display is { } own && languages.IsEmpty) finding.Display = own;
            CheckConcept(finding, match.Note, others);
            if (finding.IsMember && !CheckAbstract(finding)) NotMember(finding, asked, isOneOfSeveral);
            CheckActive(finding, asked, isOneOfSeveral);
            return;
        }

        if (walk.Faults.Count > 0)
        {
            foreach (var fault in walk.Faults) finding.Add(fault);
            finding.UnknownCauses.AddRange(walk.UnknownCauses);
            var system = walk.FaultySystem ?? (isOneOfSeveral ? null : evaluation.Find(finding.Url!, question.Version ?? evaluation.SystemVersions.Effective(finding.Url!, null)));
            if (system is not null && system.Find(question.Code) is >= 0 and var ordinal)
            {
                (finding.System, finding.Ordinal) = (system, ordinal);
                finding.Display = languages.Choose(system, ordinal).Text ?? system.Display(ordinal);
            }

            return;
        }

        NotMember(finding, asked, isOneOfSeveral);
        if (!mode.IsMembershipOnly) CheckElsewhere(finding, asked, isOneOfSeveral);
    }

    /// <summary>What is to be said of a code that is no member: whether its system has it at all.</summary>
    private void CheckElsewhere(CodeFinding finding, ValueSetSource asked, bool isOneOfSeveral)
    {
        var question = finding.Question;
        if (evaluation.Find(finding.Url!, evaluation.SystemVersions.Effective(finding.Url!, question.Version)) is not { } system)
        {
            finding.Add(TerminologyIssues.UnknownCodeSystem(finding.Url!, question.Version, request.Catalog.VersionsOf(finding.Url!), question.At("system")));
            finding.UnknownSystem = question.Version is null ? finding.Url! : $"{finding.Url}|{question.Version}";
            return;
        }

        Locate(finding, system);
        if (finding.Ordinal < 0) return;
        TellCanonicalForm(finding, asked);
        CheckConcept(finding, null, []);
        CheckActive(finding, asked, isOneOfSeveral);
    }

    /// <summary>Why a unit is no member of the units that can be converted into one.</summary>
    private static void TellCanonicalForm(CodeFinding finding, ValueSetSource asked)
    {
        if (finding.System?.Source.Grammar is not UcumUnits || UcumUnits.CanonicalForm(finding.Question.Code) is not { } form) return;
        foreach (var clause in asked.Include)
            if (clause.System == finding.Url && clause.Filters is [{ Property: "canonical", Operator: "=", Value: { } required }] && required != form)
                finding.Reasons.Add(TerminologyIssues.OtherCanonicalForm(finding.Question.Code, form, required));
    }

    private static void NotMember(CodeFinding finding, ValueSetSource asked, bool isOneOfSeveral)
    {
        finding.IsMember = false;
        finding.Add(TerminologyIssues.NotInValueSet(finding.Question.InWords, asked.Canonical, finding.Question.At("code"), isOneOfSeveral));
    }

    private void CheckConcept(CodeFinding finding, ListedConcept? note, IEnumerable<CompiledCodeSystem> others)
    {
        var (system, question) = (finding.System!, finding.Question);
        if (mode.IsMembershipOnly) return;
        DisplayCheck.Check(finding, note, others, languages, mode.IsLenient);
        var (code, status) = (system.Code(finding.Ordinal), system.Status(finding.Ordinal));
        if (system.IsInactive(finding.Ordinal)) finding.Add(TerminologyIssues.InactiveConcept(code, status is null or "active" ? "inactive" : status, question.Whole), isInMessage: true);
        else if (status is "deprecated" or "withdrawn") finding.Add(TerminologyIssues.DeprecatedConcept(code, status, question.At("code")), isInMessage: true);
    }

    /// <returns>False when the concept is abstract and such are not allowed.</returns>
    private bool CheckAbstract(CodeFinding finding)
    {
        if (request.Arguments.Boolean("abstract") != false || !finding.System!.IsAbstract(finding.Ordinal)) return true;
        finding.Add(TerminologyIssues.AbstractNotAllowed(finding.System.Url, finding.Question.Code, finding.Question.At("code")));
        finding.IsMember = false;
        return false;
    }

    private void CheckActive(CodeFinding finding, ValueSetSource asked, bool isOneOfSeveral)
    {
        if (!finding.System!.IsInactive(finding.Ordinal)) return;
        if (request.Arguments.Boolean("activeOnly") != true && asked.Inactive != false) return;
        finding.Add(TerminologyIssues.NotActive(finding.System.Code(finding.Ordinal), finding.Question.At("code")));
        NotMember(finding, asked, isOneOfSeveral);
    }

    private byte[] WriteCode(CodeFinding finding) => JsonOutput.Parameters(writer =>
    {
        writer.Parameter("result", finding.IsMember && !finding.HasErrors);
        WriteConceptOf(writer, finding);
        WriteRemarks(writer, [finding], []);
    });

    /// <summary>A concept is right when one of its codings is a member and none is wrong.</summary>
    private byte[] WriteConcept(List<CodeFinding> findings, Element concept)
    {
        var member = findings.FirstOrDefault(finding => finding.IsMember);
        List<Issue> further = [];
        if (member is null && valueSet is not null && findings.All(finding => finding.UnknownCauses.Count == 0 && finding.System is null || finding.Issues.Any(issue => issue.Details?.Code == "this-code-not-in-vs"))
            && findings.Any(finding => finding.Issues.Any(issue => issue.Details?.Code == "this-code-not-in-vs")))
            further.Add(TerminologyIssues.NoValidCoding(valueSet.Canonical));
        return JsonOutput.Parameters(writer =>
        {
            writer.Parameter("result", member is not null && !findings.Any(finding => finding.HasErrors));
            writer.WriteStartObject();
            writer.WriteString("name", "codeableConcept");
            writer.WritePropertyName("valueCodeableConcept");
            writer.WriteRawValue(concept.RawValue, skipInputValidation: true);
            writer.WriteEndObject();
            var told = member ?? (further.Count == 0 ? findings.FirstOrDefault(finding => finding.System is not null) : null);
            if (told is not null) WriteConceptOf(writer, told);
            WriteRemarks(writer, findings, further);
        });
    }

    private static void WriteConceptOf(Utf8JsonWriter writer, CodeFinding finding)
    {
        writer.Parameter("code", "valueCode", finding.Question.Code);
        writer.Parameter("system", "valueUri", finding.Url);
        writer.Parameter("version", "valueString", finding.System?.Version);
        writer.Parameter("display", "valueString", finding.Display);
        if (finding.System is not { } system || finding.Ordinal < 0) return;
        if (system.IsInactive(finding.Ordinal)) writer.Parameter("inactive", true);
        if (system.Status(finding.Ordinal) is ("retired" or "deprecated" or "withdrawn") and { } status) writer.Parameter("status", "valueCode", status);
        if (system.Code(finding.Ordinal) is var right && right != finding.Question.Code) writer.Parameter("normalized-code", "valueCode", right);
    }

    private void WriteRemarks(Utf8JsonWriter writer, List<CodeFinding> findings, List<Issue> further)
    {
        var messages = findings.SelectMany(finding => finding.Messages).Concat(further.Select(issue => issue.Diagnostics)).Distinct().Order(StringComparer.Ordinal).ToList();
        if (messages.Count > 0) writer.Parameter("message", "valueString", string.Join("; ", messages));
        foreach (var cause in findings.SelectMany(finding => finding.UnknownCauses).Distinct()) writer.Parameter("x-caused-by-unknown-system", "valueCanonical", cause);
        foreach (var unknown in findings.Select(finding => finding.UnknownSystem).OfType<string>().Distinct()) writer.Parameter("x-unknown-system", "valueCanonical", unknown);
        writer.Outcome("issues", [.. further, .. findings.SelectMany(finding => finding.Issues), .. Standing(findings)]);
    }

    private IEnumerable<Issue> Standing(List<CodeFinding> findings)
    {
        if (valueSet is null || mode.IsMembershipOnly || !findings.Any(finding => finding.IsMember)) return [];
        return StatusRemarks.Of(valueSet, evaluation).Select(each => TerminologyIssues.StatusOf(each.ResourceType, each.Canonical, each.Status));
    }
}
