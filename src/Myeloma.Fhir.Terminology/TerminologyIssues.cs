using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology;

/// <summary>Every wording of terminology, in one place, so that two paths can't disagree. The texts and ids are those that clients of the ecosystem know.</summary>
/// <remarks>https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/</remarks>
internal static class TerminologyIssues
{
    private const string System = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type";

    public static FhirException FilterWithoutValue(string system, ComposeFilter filter) => Fault(
        IssueType.Invalid, "vs-invalid", "UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE",
        $"The system {system} filter with property = {filter.Property}, op = {filter.Operator} has no value", filter.Expression);

    public static FhirException FilterNotKnown(string system, ComposeFilter filter) => Fault(
        IssueType.NotSupported, "vs-invalid", "FILTER_NOT_UNDERSTOOD",
        $"The filter \"{filter.Property} {filter.Operator} {filter.Value}\" from the value set was not understood in the context of {system}", filter.Expression);

    public static FhirException FilterValue(string system, ComposeFilter filter, string expected) => Fault(
        IssueType.Invalid, "vs-invalid", "FILTER_VALUE_INVALID",
        $"The system {system} filter with property = {filter.Property}, op = {filter.Operator} takes {expected}, not '{Shortened(filter.Value)}'", filter.Expression);

    public static FhirException FilterTooCostly(string system, ComposeFilter filter) => Fault(
        IssueType.TooCostly, "vs-invalid", "FILTER_TOO_COSTLY",
        $"The system {system} filter with property = {filter.Property}, op = {filter.Operator} takes too long: the regular expression '{Shortened(filter.Value)}' goes back and forth without end", filter.Expression);

    /// <param name="place">One-based.</param>
    public static FhirException ConstraintSyntax(int place, string expected, string found, string? expression) => Fault(
        IssueType.Invalid, "vs-invalid", "CONSTRAINT_SYNTAX", FormattableString.Invariant($"The expression constraint (ECL) can't be read at character {place}: {expected} is expected, not {found}"), expression);

    public static FhirException ConstraintNotSupported(string what, string? expression) => Fault(
        IssueType.NotSupported, "vs-invalid", "CONSTRAINT_NOT_SUPPORTED", $"The expression constraint (ECL) asks for {what}", expression);

    public static FhirException ConstraintTooLong(int length, int limit, string? expression) => Fault(
        IssueType.TooCostly, "vs-invalid", "CONSTRAINT_TOO_COSTLY", FormattableString.Invariant($"The expression constraint (ECL) has {length} characters; {limit} are allowed (setting Fhir:Terminology:MaxConstraintLength)"), expression);

    public static FhirException ConstraintTooDeep(int limit, string? expression) => Fault(
        IssueType.TooCostly, "vs-invalid", "CONSTRAINT_TOO_COSTLY", FormattableString.Invariant($"The expression constraint (ECL) is nested deeper than {limit} (setting Fhir:Terminology:MaxConstraintDepth)"), expression);

    public static FhirException ConstraintTooCostly(int limit, string? expression) => Fault(
        IssueType.TooCostly, "vs-invalid", "CONSTRAINT_TOO_COSTLY", FormattableString.Invariant($"The expression constraint (ECL) would have to look at more than {limit} concepts and relationships (setting Fhir:Terminology:MaxConstraintWork); narrow what it begins with"), expression);

    public static FhirException UnknownValueSet(string canonical) => new(UnknownValueSetIssue(canonical));

    public static Issue UnknownValueSetIssue(string canonical) => Error(
        IssueType.NotFound, "not-found", "Unable_to_resolve_value_Set_", $"A definition for the value Set '{canonical}' could not be found");

    public static FhirException Circular(string canonical, IEnumerable<string> path) => Fault(
        IssueType.Processing, "vs-invalid", "VALUESET_CIRCULAR_REFERENCE",
        $"Found a circularity pointing to {canonical} processing ValueSet with pathway [{string.Join(", ", path)}]");

    public static FhirException TooDeep(string canonical, int limit) => Fault(
        IssueType.TooCostly, "vs-invalid", "VALUESET_TOO_DEEP",
        FormattableString.Invariant($"The value set '{canonical}' is imported at a depth of more than {limit} value sets"));

    public static FhirException TooCostly(string canonical, int limit) => Fault(
        IssueType.TooCostly, null, "VALUESET_TOO_COSTLY",
        FormattableString.Invariant($"The value set '{canonical}' expansion has too many codes to produce (>{limit})"));

    /// <summary>Codes made by a grammar, or known in part only, are not all told.</summary>
    public static FhirException NotClosed(string canonical, CompiledCodeSystem system) => Fault(
        IssueType.TooCostly, null, "VALUESET_UNCLOSED",
        $"The value set '{canonical}' can't be expanded: {UnclosedReason(system)}."
        + (system.Source.Grammar?.CommonValueSet is { } common ? $" With limitedExpansion=true the codes of {common} are told in place of all; $validate-code tells of any code whether it is a member" : " $validate-code tells of any code whether it is a member"));

    /// <summary>Why an expansion does not tell all codes of a system.</summary>
    public static string UnclosedReason(CompiledCodeSystem system) => system.IsComplete
        ? $"The code System '{system.Url}' has a grammar and so has infinite members"
        : $"Only a part of the code System '{system.Url}' is known here";

    /// <summary>What is wrong with a text that the grammar of its system does not let through.</summary>
    public static Issue NotByGrammar(string code, string fault, string? expression) =>
        Error(IssueType.CodeInvalid, "invalid-code", null, $"Error processing '{code}': {fault}", expression) with { Severity = IssueSeverity.Information };

    public static string OtherCanonicalForm(string code, string form, string required) => $"Code {code} has canonical form {form}, not {required} as required";

    public static FhirException MissingSupplements(IReadOnlyList<string> canonicals) => Fault(
        IssueType.NotFound, "not-found", "VALUESET_SUPPLEMENT_MISSING",
        canonicals.Count == 1 ? $"Required supplement not found: {canonicals[0]}" : $"Required supplements not found: {string.Join(", ", canonicals)}");

    /// <param name="versions">Those that are here; none: the system is not known at all.</param>
    public static Issue UnknownCodeSystem(string system, string? version, IReadOnlyList<string> versions, string? expression, bool isExpansion = false)
    {
        var consequence = isExpansion ? "so the value set cannot be expanded" : "so the code cannot be validated";
        var suffix = isExpansion ? "_EXP" : "";
        if (version is null) return Error(IssueType.NotFound, "not-found", $"UNKNOWN_CODESYSTEM{suffix}", $"A definition for CodeSystem '{system}' could not be found, {consequence}", expression);
        return versions.Count == 0
            ? Error(IssueType.NotFound, "not-found", $"UNKNOWN_CODESYSTEM_VERSION{suffix}_NONE", $"A definition for CodeSystem '{system}' version '{version}' could not be found, {consequence}. No versions of this code system are known", expression)
            : Error(IssueType.NotFound, "not-found", $"UNKNOWN_CODESYSTEM_VERSION{suffix}", $"A definition for CodeSystem '{system}' version '{version}' could not be found, {consequence}. Valid versions: {string.Join(" or ", versions)}", expression);
    }

    public static Issue VersionNotAllowed(string system, string? version, string required, string? expression = null) => Error(
        IssueType.Exception, "version-error", "VALUESET_VERSION_CHECK",
        $"The version '{version}' is not allowed for system '{system}': required to be '{required}' by a version-check parameter", expression);

    public static Issue ValueVersionDiffers(string system, string? version, string? stated, string valueVersion, string expression) =>
        stated is null
            ? Error(IssueType.Invalid, "vs-invalid", "VALUESET_VALUE_MISMATCH",
                $"The code system '{system}' version '{version}' in the ValueSet include is different to the one in the value ('{valueVersion}')", expression)
            : Error(IssueType.Invalid, "vs-invalid", "VALUESET_VALUE_MISMATCH_CHANGED",
                $"The code system '{system}' version '{version}' resulting from the version '{stated}' in the ValueSet include is different to the one in the value ('{valueVersion}')", expression);

    public static Issue ValueVersionDiffersFromDefault(string system, string? version, string valueVersion, string expression) =>
        Error(IssueType.Invalid, "vs-invalid", "VALUESET_VALUE_MISMATCH_DEFAULT",
            $"The code system '{system}' version '{version}' for the versionless include in the ValueSet include is different to the one in the value ('{valueVersion}')", expression) with { Severity = IssueSeverity.Warning };

    public static Issue NotInValueSet(string coding, string valueSet, string? expression, bool isOneOfSeveral) => isOneOfSeveral
        ? Error(IssueType.CodeInvalid, "this-code-not-in-vs", "None_of_the_provided_codes_are_in_the_value_set_one", $"The provided code '{coding}' was not found in the value set '{valueSet}'", expression) with { Severity = IssueSeverity.Information }
        : Error(IssueType.CodeInvalid, "not-in-vs", "None_of_the_provided_codes_are_in_the_value_set_one", $"The provided code '{coding}' was not found in the value set '{valueSet}'", expression);

    public static Issue NoValidCoding(string valueSet) =>
        Error(IssueType.CodeInvalid, "not-in-vs", "TX_GENERAL_CC_ERROR_MESSAGE", $"No valid coding was found for the value set '{valueSet}'");

    public static Issue UnknownCode(string code, string system, string? version, string? expression) =>
        version is null
            ? Error(IssueType.CodeInvalid, "invalid-code", "Unknown_Code_in", $"Unknown code '{code}' in the CodeSystem '{system}'", expression)
            : Error(IssueType.CodeInvalid, "invalid-code", "Unknown_Code_in_Version", $"Unknown code '{code}' in the CodeSystem '{system}' version '{version}'", expression);

    /// <summary>A fragment does not know all codes of its system: the code may exist.</summary>
    public static Issue UnknownCodeInFragment(string code, string system, string? version, string? expression) =>
        Error(IssueType.CodeInvalid, "invalid-code", "UNKNOWN_CODE_IN_FRAGMENT", $"Unknown Code '{code}' in the system '{system}' version '{version}' - note that the code system is labeled as a fragment, so the code may be valid in some other fragment", expression) with { Severity = IssueSeverity.Warning };

    public static Issue CaseDiffers(string code, string system, string right, string? expression) =>
        Error(IssueType.BusinessRule, "code-rule", "CODE_CASE_DIFFERENCE", $"The code '{code}' differs from the correct code '{right}' by case. Although the code system '{system}' is case insensitive, implementers are strongly encouraged to use the correct case anyway", expression) with { Severity = IssueSeverity.Information };

    public static Issue InvalidDisplay(string display, string system, string code, IReadOnlyList<(string Display, string? Language)> valid, string languages, bool isWhitespace, bool isLenient, string expression)
    {
        var choices = valid.Select(each => each.Language is null ? $"'{each.Display}'" : $"'{each.Display}' ({each.Language})").ToList();
        var right = choices.Count == 1 ? $"Valid display is {choices[0]}" : FormattableString.Invariant($"Valid display is one of {choices.Count} choices: {string.Join(" or ", choices)}");
        return Error(
            IssueType.Invalid, "invalid-display", isWhitespace ? "Display_Name_WS_for__should_be_one_of__instead_of" : "Display_Name_for__should_be_one_of__instead_of",
            $"Wrong {(isWhitespace ? "whitespace in Display Name" : "Display Name")} '{display}' for {system}#{code}. {right} (for the language(s) '{languages}')", expression)
            with { Severity = isLenient ? IssueSeverity.Warning : IssueSeverity.Error };
    }

    public static Issue NoDisplayForLanguage(string display, string system, string code, string? right, string languages, bool isLenient, string expression) => Error(
        IssueType.Invalid, "invalid-display", "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR",
        $"Wrong Display Name '{display}' for {system}#{code}. There are no valid display names found for language(s) '{languages}'. Default display is '{right}'", expression)
        with { Severity = isLenient ? IssueSeverity.Warning : IssueSeverity.Error };

    public static Issue DefaultDisplay(string display, string system, string code, string languages, string expression) => Error(
        IssueType.Invalid, "invalid-display", "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK",
        $"There are no valid display names found for the code {system}#{code} for language(s) '{languages}'. The display is '{display}' which is a valid display for the default language", expression)
        with { Severity = IssueSeverity.Information };

    public static Issue InactiveDisplay(string display, string code, string status, IReadOnlyList<string> right, string expression) => Error(
        IssueType.Invalid, "display-comment", "INACTIVE_DISPLAY_FOUND",
        $"'{display}' is no longer considered a correct display for code '{code}' (status = {status}). The correct display is one of {string.Join(",", right.Select(each => $"\"{each}\""))}.", expression)
        with { Severity = IssueSeverity.Warning };

    public static Issue InactiveConcept(string code, string status, string expression) => Error(
        IssueType.BusinessRule, "code-comment", "INACTIVE_CONCEPT_FOUND",
        status == "inactive" ? $"The concept '{code}' has a status of inactive and its use should be reviewed" : $"The concept '{code}' has a status of {status} and inactive and its use should be reviewed", expression)
        with { Severity = IssueSeverity.Warning };

    public static Issue DeprecatedConcept(string code, string status, string expression) => Error(
        IssueType.BusinessRule, "code-comment", "DEPRECATED_CONCEPT_FOUND", $"The concept '{code}' is {status} and its use should be reviewed", expression)
        with { Severity = IssueSeverity.Warning };

    public static Issue DeprecatedMember(string code, string system, string valueSet, string expression) => Error(
        IssueType.BusinessRule, "code-comment", "CONCEPT_DEPRECATED_IN_VALUESET",
        $"The presence of the concept '{code}' in the system '{system}' in the value set {valueSet} is marked with a status of deprecated and its use should be reviewed", expression)
        with { Severity = IssueSeverity.Warning };

    public static Issue NotActive(string code, string expression) => Error(
        IssueType.BusinessRule, "code-rule", "STATUS_CODE_WARNING_CODE", $"The concept '{code}' is valid but is not active", expression);

    public static Issue AbstractNotAllowed(string system, string code, string expression) => Error(
        IssueType.BusinessRule, "code-rule", "ABSTRACT_CODE_NOT_ALLOWED", $"Code '{system}#{code}' is abstract, and not allowed in this context", expression);

    /// <param name="status"><c>deprecated</c>, <c>withdrawn</c>, <c>experimental</c>, <c>draft</c> or <c>retired</c>.</param>
    public static Issue StatusOf(string resourceType, string canonical, string status) => Error(
        IssueType.BusinessRule, "status-check", $"MSG_{status.ToUpperInvariant()}", $"Reference to {status} {resourceType} {canonical}")
        with { Severity = IssueSeverity.Information };

    public static Issue RelativeSystem(string expression) => Error(
        IssueType.Invalid, "invalid-data", "Terminology_TX_System_Relative", "Coding.system must be an absolute reference, not a local reference", expression);

    public static Issue SystemIsSupplement(string canonical, string expression) => Error(
        IssueType.Invalid, "invalid-data", "CODESYSTEM_CS_NO_SUPPLEMENT", $"CodeSystem {canonical} is a supplement, so can't be used as a value in Coding.system", expression);

    public static Issue SystemIsValueSet(string system, string expression) => Error(
        IssueType.Invalid, "invalid-data", "Terminology_TX_System_ValueSet2", $"The Coding references a value set, not a code system ('{system}')", expression);

    public static Issue NoSystem(string expression) => Error(
        IssueType.Invalid, "invalid-data", "Coding_has_no_system__cannot_validate", "Coding has no system. A code with no system has no defined meaning, and it cannot be validated. A system should be provided", expression)
        with { Severity = IssueSeverity.Warning };

    public static Issue CannotInfer(string code, string valueSet, string expression, IReadOnlyList<string> systems) => systems.Count > 1
        ? Error(IssueType.NotFound, "cannot-infer", "Unable_to_resolve_system__value_set_has_multiple_matches",
            $"The System URI could not be determined for the code '{code}' in the ValueSet '{valueSet}': value set expansion has multiple matches: [{string.Join(", ", systems)}]", expression)
        : Error(IssueType.NotFound, "cannot-infer", "UNABLE_TO_INFER_CODESYSTEM", $"The System URI could not be determined for the code '{code}' in the ValueSet '{valueSet}'", expression);

    public static FhirException LatestIsUsual() => new(Issue.NotSupported(
        "What names no version means the latest one here, so that 'default-to-latest-version' can't be false; name versions with 'system-version' and 'default-valueset-version', or demand them with 'check-system-version' and 'check-valueset-version'."));

    public static FhirException TooManyResources(int count, int limit) =>
        new(Issue.TooCostly(FormattableString.Invariant($"A request may bring {limit} resources along, not {count} (setting Fhir:Terminology:MaxResources).")));

    /// <param name="id">As the client sent it.</param>
    public static Issue UnknownCache(string id) => Error(
        IssueType.NotFound, "cache-id-unknown", "CACHE_ID_UNKNOWN",
        $"The terminology cache '{Shortened(id)}' was not started by this server, or the server was started anew since: {StartAnew}");

    /// <param name="ago">Since it was released.</param>
    public static Issue ReleasedCache(string id, TimeSpan ago) => Error(
        IssueType.NotFound, "cache-id-unknown", "CACHE_ID_CLOSED",
        FormattableString.Invariant($"The terminology cache '{Shortened(id)}' was released by its client {(int)ago.TotalSeconds} seconds ago (mode=end): {StartAnew}"));

    public static Issue IdleCache(string id, int minutes) => Error(
        IssueType.NotFound, "cache-id-unknown", "CACHE_ID_EXPIRED",
        FormattableString.Invariant($"The terminology cache '{Shortened(id)}' was not used for {minutes} minutes (setting Fhir:Terminology:CacheIdleMinutes) and is gone; mode=check keeps one: {StartAnew}"));

    public static FhirException SeveralCaches() => Fault(
        IssueType.Invalid, "cache-id-duplicate", "CACHE_ID_DUPLICATE", "The request names more than one terminology cache; send one X-Cache-Id");

    public static FhirException TooManyCaches(int limit) => new(new Issue(IssueSeverity.Error, IssueType.Throttled,
        FormattableString.Invariant($"{limit} terminology caches are open, as many as may be (setting Fhir:Terminology:MaxCaches); send the resources with each request, or start one later")));

    public static FhirException CachesTooLarge(int megabytes) => new(Issue.TooCostly(
        FormattableString.Invariant($"The resources of all terminology caches would come to more than {megabytes} megabytes (setting Fhir:Terminology:MaxCacheMegabytes); send these with each request, without X-Cache-Id")));

    private const string StartAnew = "start one with $cache-control (mode=start) and send its resources again";

    public static FhirException NothingToValidate() => Fault(IssueType.Invalid, null, null,
        "Unable to find code to validate (looked for coding | codeableConcept | code+system | code+inferSystem in parameters");

    public static Issue Error(IssueType type, string? code, string? messageId, string text, string? expression = null) =>
        new(IssueSeverity.Error, type, text, expression)
        {
            MessageId = messageId,
            Details = new IssueDetails(System, code, messageId),
        };

    private static FhirException Fault(IssueType type, string? code, string? messageId, string text, string? expression = null) =>
        new(Error(type, code, messageId, text, expression));

    private static string Shortened(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
